//! deflate by libdeflate, in zlib streams (RFC 1950).

use super::{Encoder, Fault, reserve};
use libdeflate_sys as ffi;
use std::ptr::NonNull;

/// libdeflate sizes its output before it writes a deflate block of at most 300 000 bytes of input, and then trusts that
/// size. Should JavaScript change the input meanwhile, every literal could grow to the longest code, 15 bits: that much
/// lies behind the end and is never touched otherwise.
const OVERRUN: usize = 1 << 20;

/// The encoder of one thread.
pub struct Deflate {
    compressor: NonNull<ffi::libdeflate_compressor>,
    output: Vec<u8>,
}

impl Deflate {
    /// An encoder with a level from 1 to 12.
    pub fn new(level: i32) -> Result<Self, Fault> {
        // SAFETY: takes a number and gives null for what it does not like.
        let compressor = unsafe { ffi::libdeflate_alloc_compressor(level) };
        let compressor = NonNull::new(compressor).ok_or_else(|| Fault::new("libdeflate could not be started"))?;
        Ok(Self { compressor, output: Vec::new() })
    }
}

impl Encoder for Deflate {
    fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault> {
        let Some(limit) = block.len().checked_sub(1) else { return Ok(None) };
        reserve(&mut self.output, block.len() + OVERRUN)?;
        // SAFETY: the compressor is alive, and the output has room for more than `limit` bytes.
        let length = unsafe {
            ffi::libdeflate_zlib_compress(
                self.compressor.as_ptr(),
                block.as_ptr().cast(),
                block.len(),
                self.output.as_mut_ptr().cast(),
                limit,
            )
        };
        if length == 0 {
            return Ok(None);
        }
        // SAFETY: libdeflate has written the first `length` bytes.
        Ok(Some(unsafe { std::slice::from_raw_parts(self.output.as_ptr(), length) }))
    }
}

impl Drop for Deflate {
    fn drop(&mut self) {
        // SAFETY: it came from libdeflate and is freed once.
        unsafe { ffi::libdeflate_free_compressor(self.compressor.as_ptr()) };
    }
}

/// Decompresses a zlib stream; gives the bytes written.
pub fn decode(block: &[u8], output: &mut [u8]) -> Result<usize, Fault> {
    // SAFETY: no arguments; null is looked for.
    let decompressor = NonNull::new(unsafe { ffi::libdeflate_alloc_decompressor() })
        .ok_or_else(|| Fault::new("libdeflate could not be started"))?;
    let mut length = 0;
    // SAFETY: both slices are valid for their lengths, and the decompressor is freed once, right after its use.
    let result = unsafe {
        let result = ffi::libdeflate_zlib_decompress(
            decompressor.as_ptr(),
            block.as_ptr().cast(),
            block.len(),
            output.as_mut_ptr().cast(),
            output.len(),
            &raw mut length,
        );
        ffi::libdeflate_free_decompressor(decompressor.as_ptr());
        result
    };
    match result {
        ffi::libdeflate_result_LIBDEFLATE_SUCCESS => Ok(length),
        ffi::libdeflate_result_LIBDEFLATE_INSUFFICIENT_SPACE => Err(Fault::new("the block is longer than its limit")),
        _ => Err(Fault::new("the block is not a zlib stream")),
    }
}
