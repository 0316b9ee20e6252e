//! Copying ranges of files as Node.js sees it: a task for the threads of libuv. Glue like `lib.rs`.

use crate::fs::copy::{self, Failed};
use crate::fs::gather::Range;
use crate::gather::ranges;
use crate::{Failure, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice};
use napi_derive::napi;
use std::os::fd::RawFd;

/// The answer when all ranges were copied; below it are negative errnos of the target.
const DONE: f64 = -1.0;

/// Ranges to copy, and the open file that takes them.
pub struct Copy {
    ranges: Vec<Range>,
    target: RawFd,
}

#[napi]
impl Task for Copy {
    type Output = Result<(), Failed>;
    type JsValue = f64;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(copy::copy(&self.ranges, self.target))
    }

    fn resolve(&mut self, _env: Env, result: Self::Output) -> napi::Result<f64> {
        Ok(match result {
            Ok(()) => DONE,
            Err(Failed::Source(index)) => index as f64,
            Err(Failed::Target(error)) => DONE - f64::from(error.raw_os_error().unwrap_or(libc::EIO)),
        })
    }
}

/// Copies ranges of files into the open file `target`, which must stay open until then. `paths` and `numbers` are those of
/// `gather`, with places in the target. Resolves to -1, to the place of the first range that could not be read as it was
/// expected, or for a target that cannot be written to -1 minus the errno.
#[napi(catch_unwind)]
pub fn copy_ranges(
    paths: Uint8ArraySlice,
    numbers: Float64Array,
    target: f64,
) -> Result<AsyncTask<Copy>, Failure> {
    let target = RawFd::try_from(safe_integer(target)?)
        .map_err(|_| Failure::new("ERR_OUT_OF_RANGE".to_owned(), format!("{target} is not a file descriptor.")))?;
    Ok(AsyncTask::new(Copy { ranges: ranges(&paths, &numbers)?, target }))
}
