// Concurrency in order: a bounded window of jobs whose results come in the order of the inputs.

/**
 * Runs `job` over `inputs`, up to `width` in parallel, and yields the results strictly in input order. The first error, of
 * the inputs or of a job, ends it; running jobs are awaited first, so nothing outlives the generator.
 */
export async function* inOrder<A, B>(
  inputs: AsyncIterable<A> | Iterable<A>,
  width: number,
  job: (input: A) => B | Promise<B>,
): AsyncGenerator<B> {
  const window: Promise<B>[] = [];
  try {
    for await (const input of inputs) {
      const result = Promise.resolve(job(input));
      // The error is raised when its turn comes; until then it is not "unhandled".
      result.catch(() => {});
      window.push(result);
      if (window.length >= width) yield await window.shift()!;
    }
    while (window.length > 0) yield await window.shift()!;
  } finally {
    await Promise.allSettled(window);
  }
}
