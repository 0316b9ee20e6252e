//! States of many files for Node.js, in a thread of libuv. Glue like `lib.rs`.

use crate::Failure;
use crate::fs::gather::Range;
use crate::fs::states::state_of;
use crate::gather::ranges;
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice};
use napi_derive::napi;

/// Files to examine.
pub struct States {
    ranges: Vec<Range>,
}

#[napi]
impl Task for States {
    type Output = Vec<u8>;
    type JsValue = Uint8ArraySlice<'static>;

    fn compute(&mut self) -> napi::Result<Vec<u8>> {
        let states = self.ranges.iter().map(|range| state_of(range).unwrap_or_default());
        Ok(states.flatten().flat_map(u64::to_le_bytes).collect())
    }

    fn resolve(&mut self, env: Env, states: Vec<u8>) -> napi::Result<Self::JsValue> {
        Uint8ArraySlice::copy_from(&env, states)
    }
}

/// The states of regular files, given as ranges like those of `gather` that are whole files. Resolves to 40 bytes for each, as
/// little-endian numbers of 64 bits: device, inode, size, modification and change time in nanoseconds. All are zero for a file that is
/// not as expected, or has another size.
#[napi(catch_unwind)]
pub fn states(paths: Uint8ArraySlice, numbers: Float64Array) -> Result<AsyncTask<States>, Failure> {
    Ok(AsyncTask::new(States { ranges: ranges(&paths, &numbers)? }))
}
