// Plans and their seals. A plan is file content, with its seals in place: a tagged ISO inside another image keeps its tag.

import { InternalError } from '../errors.js';
import { type Content, type Data, type ExactContent, isExact, type OpenContent, type Run } from './content.js';
import { exactContent } from './exact.js';
import { patchedPieces, type Seal, sealAhead } from './seal.js';

/** The result of a planner: content that can be written or nested, and its decisions as plain data. */
export type ImagePlan<Layout, C extends Content = Content> = C & {
  readonly layout: Layout;
  /** Applied in order. */
  readonly seals?: readonly Seal[];
  /**
   * The contents, back to back, of an exact image without seals. A target may have the system copy those that are in an open file.
   * @internal
   */
  readonly parts?: readonly ExactContent[];
  /** The content before the seals, for a writer that computes them while it writes. Absent without seals. */
  readonly unsealed?: Content;
};

/** A plan with at least one seal. */
export type SealedPlan<Layout, C extends Content = Content> = ImagePlan<Layout, C> & {
  readonly seals: readonly Seal[];
};

/** Content that cannot be in a file of another image: its seals need the finished image, and open content is not finished. */
export type SealedOpenContent = OpenContent & { readonly seals: readonly Seal[] };

/**
 * The same plan with additional seals. The pieces of an exact plan have the seals in place, for which
 * they are produced once more; open content cannot be sealed before it is written, and only `writeImage` takes it.
 */
export function withSeals<L>(plan: ImagePlan<L, ExactContent>, seals: readonly Seal[]): SealedPlan<L, ExactContent>;
export function withSeals<L>(plan: ImagePlan<L>, seals: readonly Seal[]): SealedPlan<L>;
export function withSeals<L>(plan: ImagePlan<L>, seals: readonly Seal[]): SealedPlan<L> {
  const { layout } = plan;
  const unsealed = plan.unsealed ?? plan;
  const all = [...(plan.seals ?? []), ...seals];
  if (!isExact(unsealed)) {
    const { sizeLimit } = unsealed;
    return { sizeLimit, pieces: (run) => unsealed.pieces(run), layout, seals: all, unsealed };
  }
  return { ...all.reduce(sealedContent, unsealed), layout, seals: all, unsealed };
}

/** No holes are stated: a seal may write into one. */
function sealedContent(content: ExactContent, seal: Seal): ExactContent {
  return exactContent(content.size, (run) => sealedPieces(content, seal, run));
}

async function* sealedPieces(content: ExactContent, seal: Seal, run: Run): AsyncGenerator<Data> {
  const stream = seal.stream?.(content.size);
  if (!stream) {
    throw new InternalError('internal.seal-in-file', `The seal "${seal.name}" cannot be taken of a file's content.`);
  }
  const patches = await sealAhead(content, stream, run);
  yield* patchedPieces(content.pieces(run), patches) as AsyncIterable<Data>;
}
