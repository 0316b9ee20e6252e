//! The pool: every block comes out once, with any number of threads, and closing it is clean.

use isopress_native::codec::{Codec, decode};
use isopress_native::memory::{Block, Shared};
use isopress_native::pool::{Job, MAX_THREADS, Outcome, Pool, Refusal};
use sha2::{Digest, Sha256};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

fn gzip() -> Codec {
    Codec::new("gzip", &[6]).expect("the settings are right")
}

/// Text-like bytes, different for every seed.
fn text(seed: u32, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes.extend_from_slice(["press ", "image ", "block ", "tree ", "inode "][state as usize % 5].as_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn open(threads: u32) -> (Pool, Receiver<()>) {
    let (sender, receiver) = channel();
    let wake = move || {
        // A test that has seen enough no longer listens.
        let _ = sender.send(());
    };
    (Pool::new(gzip(), threads, wake).expect("the settings are right"), receiver)
}

fn job(id: u32, bytes: &[u8]) -> Job {
    Job { id, block: Block::of(bytes), digested: false }
}

fn wait(woken: &Receiver<()>) {
    woken.recv_timeout(Duration::from_secs(60)).expect("the pool calls");
}

fn gather(pool: &Pool, woken: &Receiver<()>, count: usize) -> Vec<Outcome> {
    let mut all = Vec::new();
    while all.len() < count {
        wait(woken);
        all.extend(pool.take());
    }
    all
}

#[test]
fn every_block_comes_out_once_and_as_one_thread_makes_it() {
    let blocks: Vec<_> = (0..300).map(|seed| text(seed, 1 + seed as usize * 97)).collect();
    let results = [1, 4].map(|threads| {
        let (pool, woken) = open(threads);
        for (id, block) in blocks.iter().enumerate() {
            pool.submit(job(id as u32, block)).expect("it takes blocks");
        }
        let mut all = gather(&pool, &woken, blocks.len());
        all.sort_by_key(|outcome| outcome.id);
        assert!(all.iter().enumerate().all(|(index, outcome)| outcome.id == index as u32));
        all.into_iter().map(|outcome| outcome.result.expect("no fault")).collect::<Vec<_>>()
    });
    assert_eq!(results[0], results[1]);
    for (block, result) in blocks.iter().zip(&results[0]) {
        let Some(compressed) = result else { continue };
        assert!(compressed.len() < block.len());
        assert_eq!(decode("gzip", compressed, block.len()).as_ref(), Ok(block));
    }
    assert!(results[0].iter().flatten().count() > 250);
}

#[test]
fn shared_memory_outlives_its_owner_while_it_is_compressed() {
    let (pool, woken) = open(2);
    for id in 0..20 {
        let memory = Shared::allocate(100_000).expect("there is memory");
        // SAFETY: the memory is alive and nobody else writes to it.
        let bytes = unsafe { std::slice::from_raw_parts_mut(memory.start(), memory.length()) };
        bytes.copy_from_slice(&text(id, 100_000));
        pool.submit(job(id, bytes)).expect("it takes blocks");
    }
    for Outcome { id, result, .. } in gather(&pool, &woken, 20) {
        let compressed = result.expect("no fault").expect("it is smaller");
        assert_eq!(decode("gzip", &compressed, 100_000), Ok(text(id, 100_000)));
    }
}

#[test]
fn digests_are_of_the_block_and_of_what_it_became() {
    let (pool, woken) = open(2);
    let blocks = [text(1, 50_000), vec![b'x'], text(2, 50_000)];
    for (id, block) in blocks.iter().enumerate() {
        pool.submit(Job { digested: id < 2, ..job(id as u32, block) }).expect("it takes blocks");
    }
    for Outcome { id, result, digests } in gather(&pool, &woken, blocks.len()) {
        let bytes = result.expect("no fault").unwrap_or_default();
        assert_eq!(bytes.is_empty(), id == 1);
        let expected = [&blocks[id as usize], &bytes].map(|part| Sha256::digest(part).into());
        assert_eq!(digests, (id < 2).then_some(expected));
    }
}

#[test]
fn closed_while_busy_it_forgets_what_waits_and_ends() {
    let (pool, woken) = open(2);
    for id in 0..100 {
        pool.submit(job(id, &text(id, 1 << 20))).expect("it takes blocks");
    }
    assert!(!pool.has_ended());
    pool.close();
    pool.close();
    assert_eq!(pool.submit(job(1, b"late")), Err(Refusal::Closed));
    while !pool.has_ended() {
        wait(&woken);
    }
    assert!(pool.take().is_empty());
}

#[test]
fn closed_without_work_it_has_ended() {
    let (pool, _woken) = open(1);
    assert!(!pool.has_ended());
    pool.close();
    assert!(pool.has_ended());
}

#[test]
fn wrong_settings_are_faults() {
    for threads in [0, MAX_THREADS + 1] {
        assert!(Pool::new(gzip(), threads, || {}).is_err());
    }
}
