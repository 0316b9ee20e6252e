//! Copying ranges of files into an image for Node.js: one task reads them and writes them, while they are in the processor's cache.
//! Glue like `lib.rs`.

use crate::fs::gather::{self, Range};
use crate::fs::open;
use crate::gather::{invalid, ranges};
use crate::memory::Room;
use crate::{Failure, failure, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice};
use napi_derive::napi;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Results other than the index of a range.
const WRITTEN: f64 = -1.0;
const NOT_WRITTEN: f64 = -2.0;

/// Ranges to read, memory for them, and where it is written.
pub struct Transfer {
    ranges: Vec<Range>,
    room: Room,
    length: usize,
    target: File,
    at: u64,
}

#[napi]
impl Task for Transfer {
    type Output = f64;
    type JsValue = f64;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        if let Some(failed) = gather::read(&self.ranges, &mut self.room) {
            return Ok(failed as f64);
        }
        Ok(if self.write().is_ok() { WRITTEN } else { NOT_WRITTEN })
    }

    fn resolve(&mut self, _env: Env, result: Self::Output) -> napi::Result<f64> {
        Ok(result)
    }
}

impl Transfer {
    fn write(&mut self) -> io::Result<()> {
        let no_room = || io::Error::from_raw_os_error(libc::EINVAL);
        let start = self.room.part(0, self.length).ok_or_else(no_room)?;
        // SAFETY: the room has that length, and JavaScript leaves it alone.
        let bytes = unsafe { std::slice::from_raw_parts(start, self.length) };
        self.target.write_all_at(bytes, self.at)
    }
}

/// Fills memory with ranges of files as `gather` does, and writes its first `length` bytes to the open file `target` at byte `at`.
/// Resolves to the index of the first range that could not be read as expected, and then nothing is written; to -1 if all is
/// done; or to -2 if not everything could be written. `memory` must not be used until then; `target` may be closed.
#[napi(catch_unwind)]
pub fn transfer(
    paths: Uint8ArraySlice,
    numbers: Float64Array,
    memory: Uint8ArraySlice,
    length: f64,
    target: i32,
    at: f64,
) -> Result<AsyncTask<Transfer>, Failure> {
    let room = Room::of(&memory).ok_or_else(|| invalid("The memory to fill was not allocated here."))?;
    let length = usize::try_from(safe_integer(length)?).map_err(|_| invalid("The memory is too long."))?;
    let target = open::shared(target).map_err(|error| failure(&error))?;
    Ok(AsyncTask::new(Transfer { ranges: ranges(&paths, &numbers)?, room, length, target, at: safe_integer(at)? }))
}
