//! Copying ranges of files as Node.js sees it: a task for the threads of libuv. Glue like `lib.rs`.

use crate::fs::copy;
use crate::fs::gather::Range;
use crate::gather::ranges;
use crate::{Failure, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice};
use napi_derive::napi;
use std::os::fd::RawFd;

/// Ranges to copy, and the open file that takes them.
pub struct Copy {
    ranges: Vec<Range>,
    target: RawFd,
}

#[napi]
impl Task for Copy {
    type Output = Option<usize>;
    type JsValue = f64;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(copy::copy(&self.ranges, self.target))
    }

    fn resolve(&mut self, _env: Env, failed: Self::Output) -> napi::Result<f64> {
        Ok(failed.map_or(-1.0, |index| index as f64))
    }
}

/// Copies ranges of files into the open file `target`, which must stay open until then. `paths` and `numbers` are those of
/// `gather`, with places in the target. Resolves to the place of the first range that could not be copied so, or to -1.
#[napi(catch_unwind)]
pub fn copy_ranges(paths: Uint8ArraySlice, numbers: Float64Array, target: f64) -> Result<AsyncTask<Copy>, Failure> {
    let target = RawFd::try_from(safe_integer(target)?)
        .map_err(|_| Failure::new("ERR_OUT_OF_RANGE".to_owned(), format!("{target} is not a file descriptor.")))?;
    Ok(AsyncTask::new(Copy { ranges: ranges(&paths, &numbers)?, target }))
}
