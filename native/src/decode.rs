//! Decompression for Node.js in the threads of libuv, from and to memory that is used again. Glue like `lib.rs`.

use crate::memory::{Block, Room};
use crate::{Failure, codec};
use napi::bindgen_prelude::{AsyncTask, Env, Task, Uint8ArraySlice};
use napi_derive::napi;

/// A block, and memory for its bytes.
pub struct Decode {
    codec: String,
    block: Block,
    room: Room,
    limit: usize,
}

#[napi]
impl Task for Decode {
    type Output = usize;
    type JsValue = f64;

    fn compute(&mut self) -> napi::Result<usize> {
        let output = self.room.part(0, self.limit).ok_or_else(|| napi::Error::from_reason("there is no room"))?;
        // SAFETY: the room has that length, and JavaScript leaves it alone.
        unsafe { codec::decode_to(&self.codec, &self.block, output, self.limit) }
            .map_err(|fault| napi::Error::from_reason(fault.0))
    }

    fn resolve(&mut self, _env: Env, written: usize) -> napi::Result<f64> {
        Ok(written as f64)
    }
}

/// Decompresses a block into memory of `allocate`, and resolves to the number of bytes. More than fit there, or anything but a
/// whole block, rejects. `into` must not be used until then, nor a block in such memory.
#[napi(catch_unwind)]
pub fn decode(codec: String, block: Uint8ArraySlice, into: Uint8ArraySlice) -> Result<AsyncTask<Decode>, Failure> {
    let not_ours = || Failure::new("ERR_INVALID_ARG_VALUE".to_owned(), "The memory was not allocated here.".to_owned());
    let room = Room::of(&into).filter(|_| into.len() <= codec::MAX_BLOCK).ok_or_else(not_ours)?;
    Ok(AsyncTask::new(Decode { codec, block: Block::of(&block), room, limit: into.len() }))
}
