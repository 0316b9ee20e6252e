//! Compression for Node.js: the pool of threads as a class, memory that it reads in place, and decompression.
//! Glue like `lib.rs`: argument checks and value conversion, nothing else.

use crate::codec::{self, CODECS, Codec, Fault, MAX_BLOCK};
use crate::memory::{Block, Shared};
use crate::pool::{Job, Outcome, Pool, Refusal};
use crate::{Failure, safe_integer};
use napi::bindgen_prelude::{ArrayBuffer, Either4, Env, Function, Null, Uint8ArraySlice};
use napi::threadsafe_function::{
    ThreadsafeFunction, ThreadsafeFunctionCallMode, ThreadsafeFunctionHandle, UnknownReturnValue,
};
use napi::{Status, sys};
use napi_derive::napi;
use std::collections::HashMap;
use std::sync::Arc;

/// Results up to this many bytes are copied into memory of the JavaScript engine: that costs less than handing over ours.
const SMALL: usize = 16 << 10;

/// The library of each codec and its version: `libdeflate@1.26`.
#[napi(catch_unwind)]
pub fn engines() -> HashMap<&'static str, &'static str> {
    CODECS.iter().map(|entry| (entry.name, entry.library)).collect()
}

/// Zeros that a [`Compressor`] reads in place.
#[napi(catch_unwind)]
pub fn allocate(env: &Env, length: f64) -> Result<Uint8ArraySlice<'static>, Failure> {
    let length = block_length(length)?;
    let memory = Shared::allocate(length)
        .ok_or_else(|| Failure::new("ENOMEM".to_owned(), format!("There is no memory for {length} bytes.")))?;
    let start = memory.start();
    // SAFETY: the share given along keeps the memory alive until JavaScript has no use for it any more.
    unsafe { Uint8ArraySlice::from_external(env, start, length, memory, |_, memory| drop(memory)) }.map_err(no_memory)
}

/// Frees the memory of a result, or of any other buffer, immediately; garbage collection would do so late, and in bursts.
/// All views of the buffer are empty afterwards.
#[napi(catch_unwind)]
pub fn release(buffer: ArrayBuffer) -> Result<(), Failure> {
    buffer.detach().map_err(|error| Failure::new("ERR_INVALID_ARG_VALUE".to_owned(), error.reason.clone()))
}

/// Decompresses a block to at most `limit` bytes. Throws for anything else.
#[napi(catch_unwind)]
pub fn decompress(
    env: &Env,
    codec: String,
    block: Uint8ArraySlice,
    limit: f64,
) -> Result<Uint8ArraySlice<'static>, Failure> {
    let bytes = codec::decode(&codec, &block, block_length(limit)?)
        .map_err(|fault| Failure::new("ERR_INVALID_ARG_VALUE".to_owned(), fault.0))?;
    Uint8ArraySlice::copy_from(env, bytes).map_err(no_memory)
}

type Wake = ThreadsafeFunction<(), UnknownReturnValue, (), Status, false>;

/// Three values per block: its number; its compressed bytes, null if they would not be fewer, or a text that says what went wrong;
/// and its digests, or null.
type Outcomes = Vec<Either4<u32, Null, Uint8ArraySlice<'static>, String>>;

/// Threads that compress blocks.
#[napi]
pub struct Compressor {
    open: Option<Open>,
}

struct Open {
    pool: Pool,
    wake: Arc<ThreadsafeFunctionHandle>,
    /// Blocks submitted and not taken.
    under_way: usize,
}

#[napi]
impl Compressor {
    /// `wake` is called, with some delay, when there are results to take or the last thread has ended.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: &Env,
        codec: String,
        parameters: Vec<f64>,
        threads: f64,
        wake: Function<(), UnknownReturnValue>,
    ) -> Result<Self, Failure> {
        let parameters = parameters.into_iter().map(parameter).collect::<Result<Vec<_>, _>>()?;
        let codec = Codec::new(&codec, &parameters).map_err(invalid)?;
        let threads = u32::try_from(safe_integer(threads)?).unwrap_or(u32::MAX);
        let wake: Wake = wake.build_threadsafe_function().build().map_err(no_memory)?;
        let handle = Arc::clone(&wake.handle);
        let wake = move || {
            wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        };
        let pool = Pool::new(codec, threads, wake).map_err(invalid)?;
        let open = Open { pool, wake: handle, under_way: 0 };
        open.keep_process_alive(env, false);
        Ok(Self { open: Some(open) })
    }

    /// Takes a block and a number for it. The block must stay as it is until its result is taken, if it is in memory
    /// of [`allocate`]; of any other memory a copy is made. `digested`: also the SHA-256 of the block and of its compressed bytes.
    #[napi(catch_unwind)]
    pub fn submit(&mut self, env: &Env, id: u32, block: Uint8ArraySlice, digested: bool) -> Result<(), Failure> {
        block_length(block.len() as f64)?;
        let open = self.open.as_mut().ok_or_else(closed)?;
        open.pool.submit(Job { id, block: Block::of(&block), digested }).map_err(|refusal| match refusal {
            Refusal::Closed => closed(),
            Refusal::NoThread(why) => Failure::new("EAGAIN".to_owned(), format!("No thread can be started: {why}.")),
        })?;
        open.under_way += 1;
        if open.under_way == 1 {
            open.keep_process_alive(env, true);
        }
        Ok(())
    }

    /// Drains finished results.
    #[napi(catch_unwind)]
    pub fn take(&mut self, env: &Env) -> Result<Outcomes, Failure> {
        let Some(open) = &mut self.open else { return Ok(Vec::new()) };
        let outcomes = open.pool.take();
        open.under_way -= outcomes.len();
        if open.under_way == 0 {
            open.keep_process_alive(env, false);
        }
        let mut flat = Vec::with_capacity(outcomes.len() * 3);
        for Outcome { id, result, digests } in outcomes {
            flat.push(Either4::A(id));
            flat.push(match result {
                Ok(None) => Either4::B(Null),
                Ok(Some(bytes)) => Either4::C(give(env, bytes)?),
                Err(fault) => Either4::D(fault.to_string()),
            });
            flat.push(match digests {
                None => Either4::B(Null),
                Some(digests) => Either4::C(give(env, digests.concat())?),
            });
        }
        Ok(flat)
    }

    /// Forgets all blocks; threads end after the one they are at. Safe to call twice.
    #[napi(catch_unwind)]
    pub fn close(&mut self, env: &Env) {
        if let Some(open) = &mut self.open {
            open.pool.close();
            open.keep_process_alive(env, true);
        }
    }

    /// Whether it is closed and all threads have ended. From then on it does not keep the process alive.
    #[napi(catch_unwind)]
    pub fn has_ended(&mut self) -> bool {
        if self.open.as_ref().is_some_and(|open| open.pool.has_ended()) {
            self.open = None;
        }
        self.open.is_none()
    }
}

impl Open {
    /// Results that are awaited keep the process alive, idle threads do not.
    fn keep_process_alive(&self, env: &Env, alive: bool) {
        let function = self.wake.get_raw();
        // SAFETY: this is the thread of the environment, which is alive, and the handle keeps the function alive.
        unsafe {
            if alive {
                sys::napi_ref_threadsafe_function(env.raw(), function);
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), function);
            }
        }
    }
}

/// A parameter of a codec; JavaScript would cut larger numbers to 32 bits.
fn parameter(value: f64) -> Result<i32, Failure> {
    if value.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&value) {
        Ok(value as i32)
    } else {
        Err(Failure::new("ERR_OUT_OF_RANGE".to_owned(), format!("{value} is not a parameter of a codec.")))
    }
}

/// A number of bytes that a block may have: 1 or more.
fn block_length(length: f64) -> Result<usize, Failure> {
    match usize::try_from(safe_integer(length)?) {
        Ok(length @ 1..=MAX_BLOCK) => Ok(length),
        _ => Err(Failure::new("ERR_OUT_OF_RANGE".to_owned(), format!("A block cannot have {length} bytes."))),
    }
}

/// Bytes for JavaScript: copied if that is cheap, otherwise the memory itself.
pub fn give(env: &Env, bytes: Vec<u8>) -> Result<Uint8ArraySlice<'static>, Failure> {
    if bytes.len() <= SMALL {
        Uint8ArraySlice::copy_from(env, bytes).map_err(no_memory)
    } else {
        Uint8ArraySlice::from_data(env, bytes).map_err(no_memory)
    }
}

fn closed() -> Failure {
    Failure::new("ERR_CLOSED".to_owned(), "The compressor is closed.".to_owned())
}

fn invalid(fault: Fault) -> Failure {
    Failure::new("ERR_INVALID_ARG_VALUE".to_owned(), format!("Compression: {fault}."))
}

fn no_memory(error: napi::Error) -> Failure {
    Failure::new("ENOMEM".to_owned(), error.reason.clone())
}
