//! Reading ahead for Node.js: a task for the threads of libuv, which serve all file I/O. Glue like `lib.rs`.

use crate::fs::gather::{self, Range};
use crate::memory::Room;
use crate::{Failure, identity, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice};
use napi_derive::napi;

/// Numbers of each range.
const NUMBERS: usize = 6;
/// Flags of a range: the file must end after it; its path may be a symbolic link.
const ENDS: u64 = 1;
const FOLLOW: u64 = 2;

/// Ranges to read, and memory for them.
pub struct Gather {
    ranges: Vec<Range>,
    room: Room,
}

#[napi]
impl Task for Gather {
    type Output = Option<usize>;
    type JsValue = f64;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(gather::read(&self.ranges, &mut self.room))
    }

    fn resolve(&mut self, _env: Env, failed: Self::Output) -> napi::Result<f64> {
        Ok(failed.map_or(-1.0, |index| index as f64))
    }
}

/// Fills memory of `allocate` with ranges of files. `paths` holds a path per range, each followed by a zero byte; `numbers` the
/// first byte in the file, the bytes, the first byte in `into`, flags (1: the file must end after the range, 2: the path
/// may be a symbolic link), and the required device and inode of the file, or -1. Resolves to the index of the first
/// range that could not be read like this, or to -1. `into` must not be used until then.
#[napi(catch_unwind)]
pub fn gather(
    paths: Uint8ArraySlice,
    numbers: Float64Array,
    into: Uint8ArraySlice,
) -> Result<AsyncTask<Gather>, Failure> {
    let room = Room::of(&into).ok_or_else(|| invalid("The memory to fill was not allocated here."))?;
    Ok(AsyncTask::new(Gather { ranges: ranges(&paths, &numbers)?, room }))
}

/// Ranges from their paths and numbers.
pub fn ranges(paths: &[u8], numbers: &[f64]) -> Result<Vec<Range>, Failure> {
    let mut paths = paths.split(|&byte| byte == 0);
    let mut ranges = Vec::with_capacity(numbers.len() / NUMBERS);
    for numbers in numbers.chunks_exact(NUMBERS) {
        let path = paths.next().filter(|path| !path.is_empty()).ok_or_else(|| invalid("A range has no path."))?;
        let flags = safe_integer(numbers[3])?;
        ranges.push(Range {
            path: path.to_vec(),
            at: safe_integer(numbers[0])?,
            length: size(numbers[1])?,
            into: size(numbers[2])?,
            ends: flags & ENDS != 0,
            follow: flags & FOLLOW != 0,
            expected: identity(numbers[4], numbers[5]),
        });
    }
    Ok(ranges)
}

fn size(value: f64) -> Result<usize, Failure> {
    usize::try_from(safe_integer(value)?).map_err(|_| invalid("A range is too long."))
}

/// A wrong argument.
pub fn invalid(why: &str) -> Failure {
    Failure::new("ERR_INVALID_ARG_VALUE".to_owned(), why.to_owned())
}
