//! Zstandard by libzstd. The window of a frame is never larger than its block, as the kernel's squashfs driver demands:
//! the length is known before, and libzstd cuts the window down to it.

use super::{Encoder, Fault, Output};
use std::ffi::{CStr, c_int};
use std::ptr::NonNull;
use zstd_sys as ffi;

/// The encoder of one thread.
pub struct Zstd {
    context: NonNull<ffi::ZSTD_CCtx>,
    output: Output,
}

impl Zstd {
    /// An encoder with a level from -7 to 22, but not 0.
    pub fn new(level: i32) -> Result<Self, Fault> {
        // SAFETY: no arguments; null is looked for.
        let context = NonNull::new(unsafe { ffi::ZSTD_createCCtx() });
        let context = context.ok_or_else(|| Fault::new("libzstd could not be started"))?;
        let encoder = Self { context, output: Output::default() };
        let parameter = ffi::ZSTD_cParameter::ZSTD_c_compressionLevel;
        // SAFETY: the context is alive.
        let status = unsafe { ffi::ZSTD_CCtx_setParameter(context.as_ptr(), parameter, level as c_int) };
        if is_error(status) { Err(fault(status)) } else { Ok(encoder) }
    }
}

impl Encoder for Zstd {
    fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault> {
        let Some(limit) = block.len().checked_sub(1) else { return Ok(None) };
        let output = self.output.room(limit)?;
        // SAFETY: the context is alive, the block is valid, and the output has room for `limit` bytes.
        let length = unsafe {
            ffi::ZSTD_compress2(self.context.as_ptr(), output.cast(), limit, block.as_ptr().cast(), block.len())
        };
        if !is_error(length) {
            // SAFETY: libzstd has written so many bytes.
            return Ok(Some(unsafe { self.output.written(length) }));
        }
        // SAFETY: takes a number.
        match unsafe { ffi::ZSTD_getErrorCode(length) } {
            ffi::ZSTD_ErrorCode::ZSTD_error_dstSize_tooSmall => Ok(None),
            _ => Err(fault(length)),
        }
    }
}

impl Drop for Zstd {
    fn drop(&mut self) {
        // SAFETY: it came from libzstd and is freed once.
        unsafe { ffi::ZSTD_freeCCtx(self.context.as_ptr()) };
    }
}

/// Decompresses frames; gives the bytes written.
pub fn decode(block: &[u8], output: &mut [u8]) -> Result<usize, Fault> {
    // SAFETY: both slices are valid for their lengths.
    let length =
        unsafe { ffi::ZSTD_decompress(output.as_mut_ptr().cast(), output.len(), block.as_ptr().cast(), block.len()) };
    if is_error(length) { Err(fault(length)) } else { Ok(length) }
}

/// Version of the library: `1.5.7`.
pub fn version() -> String {
    // SAFETY: the library gives a constant text.
    unsafe { CStr::from_ptr(ffi::ZSTD_versionString()) }.to_string_lossy().into_owned()
}

fn is_error(status: usize) -> bool {
    // SAFETY: takes a number.
    unsafe { ffi::ZSTD_isError(status) != 0 }
}

fn fault(status: usize) -> Fault {
    // SAFETY: the library gives a constant text for every number.
    let name = unsafe { CStr::from_ptr(ffi::ZSTD_getErrorName(status)) };
    Fault::new(format!("libzstd says: {}", name.to_string_lossy()))
}
