//! LZ4 blocks without a frame, by liblz4: the fast encoder and the one for high compression.

use super::{Encoder, Fault, Output};
use lz4_sys as ffi;
use std::ffi::{c_char, c_int, c_void};

// Variants with tables of the caller, which the crate has no declarations for.
unsafe extern "C" {
    fn LZ4_sizeofState() -> c_int;
    fn LZ4_compress_fast_extState(
        state: *mut c_void,
        source: *const c_char,
        target: *mut c_char,
        source_length: c_int,
        target_length: c_int,
        acceleration: c_int,
    ) -> c_int;
    fn LZ4_sizeofStateHC() -> c_int;
    fn LZ4_compress_HC_extStateHC(
        state: *mut c_void,
        source: *const c_char,
        target: *mut c_char,
        source_length: c_int,
        target_length: c_int,
        level: c_int,
    ) -> c_int;
}

/// The encoder of one thread.
pub struct Lz4 {
    level: i32,
    /// Words, for the alignment that the library asks for.
    tables: Vec<u64>,
    output: Output,
}

impl Lz4 {
    /// An encoder with a level from 1 to 12; 1 is the fast one.
    pub fn new(level: i32) -> Result<Self, Fault> {
        // SAFETY: no arguments.
        let size = unsafe { if level == 1 { LZ4_sizeofState() } else { LZ4_sizeofStateHC() } };
        let words = usize::try_from(size).map_err(|_| Fault::new("liblz4 could not be started"))?.div_ceil(8);
        Ok(Self { level, tables: vec![0; words], output: Output::default() })
    }
}

impl Encoder for Lz4 {
    fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault> {
        let Some(limit) = block.len().checked_sub(1) else { return Ok(None) };
        let tables = self.tables.as_mut_ptr().cast();
        let source = block.as_ptr().cast();
        let target = self.output.room(limit)?.cast();
        let source_length = length(block)?;
        let target_length = source_length - 1;
        // SAFETY: the tables are as large and as aligned as the library asks for, the block is valid, and the output has
        // room for `limit` bytes.
        let written = unsafe {
            if self.level == 1 {
                LZ4_compress_fast_extState(tables, source, target, source_length, target_length, 1)
            } else {
                LZ4_compress_HC_extStateHC(tables, source, target, source_length, target_length, self.level)
            }
        };
        match usize::try_from(written) {
            Ok(0) | Err(_) => Ok(None),
            // SAFETY: liblz4 has written so many bytes.
            Ok(written) => Ok(Some(unsafe { self.output.written(written) })),
        }
    }
}

/// Decompresses a block; gives the bytes written.
pub fn decode(block: &[u8], output: &mut [u8]) -> Result<usize, Fault> {
    // SAFETY: both slices are valid for their lengths.
    let written = unsafe {
        ffi::LZ4_decompress_safe(block.as_ptr().cast(), output.as_mut_ptr().cast(), length(block)?, length(output)?)
    };
    usize::try_from(written).map_err(|_| Fault::new("the block is not LZ4, or longer than its limit"))
}

/// Version of the library: `1.10.0`.
pub fn version() -> String {
    // SAFETY: no arguments.
    let number = unsafe { ffi::LZ4_versionNumber() };
    format!("{}.{}.{}", number / 10_000, number / 100 % 100, number % 100)
}

fn length(bytes: &[u8]) -> Result<c_int, Fault> {
    c_int::try_from(bytes.len()).map_err(|_| Fault::new("the block is too long"))
}
