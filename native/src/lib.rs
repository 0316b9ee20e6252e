//! The interface of the native engine to Node.js: argument checks and value conversion, nothing else.
//! The work is done in plain Rust modules without JavaScript, which `cargo test` tests.

pub mod checksum;
pub mod codec;
pub mod compressor;
pub mod decode;
pub mod digest;
pub mod entries;
pub mod fs;
pub mod gather;
pub mod listings;
pub mod make;
pub mod memory;
pub mod pool;
pub mod states;
pub mod stored;
pub mod transfer;

use napi::bindgen_prelude::{Float64Array, Uint8ArraySlice};
use napi_derive::napi;

/// Number of the interface between this library and `src/native/binding.ts`. It changes whenever an exported function,
/// the meaning of an argument or the layout of a result does; the loader refuses any other number.
const ABI: u32 = 20;

/// Largest integer that a JavaScript number holds exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// A JavaScript error with this `code`: `ENOENT`, `EINVAL`, …
type Failure = napi::Error<String>;

/// Version of this library.
#[napi]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Number of the interface, see [`ABI`].
#[napi]
pub fn abi() -> u32 {
    ABI
}

/// CRC-32C of `bytes` without final inversion, continuing `seed` (~0 to start).
#[napi(js_name = "crc32c", catch_unwind)]
pub fn crc32c(seed: u32, bytes: Uint8ArraySlice) -> u32 {
    checksum::crc32c(seed, &bytes)
}

/// Holes within the first `size` bytes of the regular file at `path`, as `[at, length, at, length, …]`. `device` and `inode` are
/// the required ones of the file, or -1.
#[napi(catch_unwind)]
pub fn holes(path: Uint8ArraySlice, size: f64, device: f64, inode: f64) -> Result<Float64Array, Failure> {
    let expected = identity(device, inode);
    let holes = fs::holes::find(&path, safe_integer(size)?, expected).map_err(|error| failure(&error))?;
    // Offsets within a safe integer are exact as floating point.
    Ok(holes.iter().flat_map(|hole| [hole.at as f64, hole.length as f64]).collect::<Vec<_>>().into())
}

/// A count from JavaScript: an integer from 0 to 2^53-1.
fn safe_integer(value: f64) -> Result<u64, Failure> {
    if value.fract() == 0.0 && (0.0..=MAX_SAFE_INTEGER).contains(&value) {
        Ok(value as u64)
    } else {
        Err(Failure::new("ERR_OUT_OF_RANGE".to_owned(), format!("{value} is not an integer from 0 to 2^53-1.")))
    }
}

/// The expected identity of a file; `None` if its inode is not known.
fn identity(device: f64, inode: f64) -> Option<fs::open::Identity> {
    (inode >= 0.0).then_some(fs::open::Identity { device, inode })
}

/// The error Node.js itself would throw: the errno's name as `code`.
fn failure(error: &std::io::Error) -> Failure {
    Failure::new(fs::errno_name(error).to_owned(), error.to_string())
}
