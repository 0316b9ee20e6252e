//! A pool of threads that compress blocks. libuv's threads are left to file I/O.
//!
//! Blocks go in one by one; finished ones are collected until they are taken together, and the callback runs once per
//! collection, not once per block.

use crate::codec::{Codec, Encoder, Fault};
use crate::memory::Block;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// More threads than cores are useless.
pub const MAX_THREADS: u32 = 1024;
/// Small: the codecs keep their tables elsewhere.
const STACK: usize = 1 << 20;

/// A block to compress.
pub struct Job {
    /// A number for it.
    pub id: u32,
    /// Its bytes.
    pub block: Block,
    /// Whether digests are taken, too: in the thread that has the bytes in its cache.
    pub digested: bool,
}

/// The result of a block.
pub struct Outcome {
    /// The number that was given with it.
    pub id: u32,
    /// Its compressed bytes; `None` if they would not be fewer.
    pub result: Result<Option<Vec<u8>>, Fault>,
    /// The SHA-256 of the block and of its compressed bytes, or of nothing, if they were asked for.
    pub digests: Option<[[u8; 32]; 2]>,
}

/// The reason for refusing a block.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The pool was closed.
    Closed,
    /// The system cannot start a thread.
    NoThread(String),
}

/// Threads with one codec.
pub struct Pool {
    inner: Arc<Inner>,
    most_threads: usize,
}

struct Inner {
    codec: Codec,
    state: Mutex<State>,
    work: Condvar,
    /// Called when something can be taken or the last thread has ended.
    wake: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    finished: Vec<Outcome>,
    /// Whether `wake` was called since results were taken.
    woken: bool,
    closed: bool,
    threads: usize,
    /// Threads that wait for work.
    idle: usize,
}

impl Inner {
    /// No operation under this lock is left incomplete, and codecs run outside it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// A pool of up to `threads` threads, which start when there is work for them.
    pub fn new(codec: Codec, threads: u32, wake: impl Fn() + Send + Sync + 'static) -> Result<Self, Fault> {
        if !(1..=MAX_THREADS).contains(&threads) {
            return Err(Fault::new(format!("{threads} is not a number of threads: 1 to {MAX_THREADS}")));
        }
        let inner = Inner { codec, state: Mutex::default(), work: Condvar::new(), wake: Box::new(wake) };
        Ok(Self { inner: Arc::new(inner), most_threads: threads as usize })
    }

    /// Takes a block to compress.
    pub fn submit(&self, job: Job) -> Result<(), Refusal> {
        let mut state = self.inner.state();
        if state.closed {
            return Err(Refusal::Closed);
        }
        if state.idle <= state.waiting.len() && state.threads < self.most_threads {
            match start_thread(&self.inner) {
                Ok(()) => state.threads += 1,
                Err(error) if state.threads == 0 => return Err(Refusal::NoThread(error.to_string())),
                // Fewer threads do the same work.
                Err(_) => {}
            }
        }
        state.waiting.push_back(job);
        drop(state);
        self.inner.work.notify_one();
        Ok(())
    }

    /// All blocks finished since the last time.
    pub fn take(&self) -> Vec<Outcome> {
        let mut state = self.inner.state();
        state.woken = false;
        std::mem::take(&mut state.finished)
    }

    /// Drops the waiting blocks and lets every thread end after its current block. Does not wait for them.
    pub fn close(&self) {
        let mut state = self.inner.state();
        state.closed = true;
        let forgotten = std::mem::take(&mut state.waiting);
        state.finished.clear();
        drop(state);
        self.inner.work.notify_all();
        drop(forgotten);
    }

    /// Whether it is closed and no thread is left.
    pub fn has_ended(&self) -> bool {
        let state = self.inner.state();
        state.closed && state.threads == 0
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

fn start_thread(inner: &Arc<Inner>) -> std::io::Result<()> {
    let inner = Arc::clone(inner);
    thread::Builder::new().name("isopress-codec".to_owned()).stack_size(STACK).spawn(move || work(&inner)).map(drop)
}

/// The main function of a thread.
fn work(inner: &Inner) {
    let mut encoder = None;
    while let Some(Job { id, block, digested }) = next(inner) {
        let result = encode(inner, &mut encoder, &block);
        let digests = result.as_ref().ok().filter(|_| digested).map(|bytes| digests_of(&block, bytes.as_deref()));
        drop(block);
        finish(inner, Outcome { id, result, digests });
    }
    // Frees its tables before it counts as ended.
    drop(encoder);
    let mut state = inner.state();
    state.threads -= 1;
    let last = state.threads == 0;
    drop(state);
    if last {
        (inner.wake)();
    }
}

fn digests_of(block: &[u8], bytes: Option<&[u8]>) -> [[u8; 32]; 2] {
    [block, bytes.unwrap_or_default()].map(|part| Sha256::digest(part).into())
}

fn next(inner: &Inner) -> Option<Job> {
    let mut state = inner.state();
    loop {
        if state.closed {
            return None;
        }
        if let Some(job) = state.waiting.pop_front() {
            return Some(job);
        }
        state.idle += 1;
        state = inner.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
    }
}

/// A panic ends the encoder, not the thread: the next block gets a new one.
fn encode(inner: &Inner, kept: &mut Option<Encoder>, block: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let mut encoder = match kept.take() {
            Some(encoder) => encoder,
            None => inner.codec.encoder()?,
        };
        let result = encoder.encode(block)?.map(<[u8]>::to_vec);
        *kept = Some(encoder);
        Ok(result)
    }));
    attempt.unwrap_or_else(|_| Err(Fault::new("the codec panicked")))
}

fn finish(inner: &Inner, outcome: Outcome) {
    let mut state = inner.state();
    if state.closed {
        return;
    }
    state.finished.push(outcome);
    let first = !std::mem::replace(&mut state.woken, true);
    drop(state);
    if first {
        (inner.wake)();
    }
}
