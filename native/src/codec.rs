//! The codecs: one block in, one block out, independently. A safe interface to the codec core in `native/codecs`, from which
//! the WebAssembly module is also built.

use std::ffi::{CStr, c_char};
use std::fmt;
use std::ptr::NonNull;
use std::sync::LazyLock;

// The core calls the C libraries that these crates build; naming the crates links them.
use {libdeflate_sys as _, liblzma_sys as _, lz4_sys as _, zstd_sys as _};

/// Largest block that is compressed: 64 MiB, far above that of any format here. `CODECS_MAX_BLOCK` of the core.
pub const MAX_BLOCK: usize = 64 << 20;

/// Parameters of an encoder; `CODECS_PARAMETERS` of the core.
const PARAMETERS: usize = 6;

#[repr(C)]
struct RawEncoder {
    _opaque: [u8; 0],
}

// native/codecs/codecs.h
unsafe extern "C" {
    fn codecs_fault(fault: i32) -> *const c_char;
    fn codecs_count() -> u32;
    fn codecs_name(codec: u32) -> *const c_char;
    fn codecs_library(codec: u32) -> *const c_char;
    fn codecs_check(codec: u32, parameters: *const i32) -> i32;
    fn codecs_encoder_open(codec: u32, parameters: *const i32) -> *mut RawEncoder;
    fn codecs_encoder_room(encoder: *const RawEncoder, length: usize) -> usize;
    fn codecs_encode(encoder: *mut RawEncoder, block: *const u8, length: usize, output: *mut u8) -> i32;
    fn codecs_encoder_close(encoder: *mut RawEncoder);
    fn codecs_decode(codec: u32, block: *const u8, length: usize, output: *mut u8, limit: usize) -> i32;
}

/// One codec of the core.
#[derive(Debug)]
pub struct Entry {
    /// Its name in requests: `gzip`.
    pub name: &'static str,
    /// Its library and version: `libdeflate@1.26`.
    pub library: &'static str,
    index: u32,
}

/// Every codec of the core.
pub static CODECS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    // SAFETY: the numbers are those of codecs, and the texts are constants.
    let entry =
        |index| unsafe { Entry { name: text(codecs_name(index)), library: text(codecs_library(index)), index } };
    // SAFETY: no arguments.
    (0..unsafe { codecs_count() }).map(entry).collect()
});

/// # Safety
///
/// The text is a constant of the core.
unsafe fn text(start: *const c_char) -> &'static str {
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(start) }.to_str().unwrap_or_default()
}

/// A codec and its checked parameters, from which threads open their encoders.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    index: u32,
    parameters: [i32; PARAMETERS],
}

/// Why a block could not be compressed or decompressed, or a codec not be set up; one clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Fault {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    fn of(status: i32) -> Self {
        // SAFETY: takes a number and gives a constant text.
        Self::new(unsafe { text(codecs_fault(status)) })
    }
}

fn entry(name: &str) -> Result<&'static Entry, Fault> {
    CODECS.iter().find(|entry| entry.name == name).ok_or_else(|| Fault::new(format!("there is no codec {name:?}")))
}

impl Codec {
    /// A codec by its name, with parameters as the core documents them; the rest is 0.
    pub fn new(name: &str, parameters: &[i32]) -> Result<Self, Fault> {
        let mut all = [0; PARAMETERS];
        let given = all.get_mut(..parameters.len());
        given.ok_or_else(|| Fault::new("there are too many parameters"))?.copy_from_slice(parameters);
        let index = entry(name)?.index;
        // SAFETY: there are as many parameters as the core reads.
        match unsafe { codecs_check(index, all.as_ptr()) } {
            0 => Ok(Self { index, parameters: all }),
            status => Err(Fault::of(status)),
        }
    }

    /// An encoder for one thread.
    pub fn encoder(&self) -> Result<Encoder, Fault> {
        // SAFETY: there are as many parameters as the core reads, and they have been checked; null is looked for.
        let raw = NonNull::new(unsafe { codecs_encoder_open(self.index, self.parameters.as_ptr()) });
        Ok(Encoder { raw: raw.ok_or_else(|| no_memory("an encoder"))?, output: Vec::new() })
    }
}

/// Compresses blocks in one thread. The result depends only on the block and the settings.
pub struct Encoder {
    raw: NonNull<RawEncoder>,
    output: Vec<u8>,
}

// SAFETY: the core keeps nothing per thread, and one thread at a time has the encoder.
unsafe impl Send for Encoder {}

impl Encoder {
    /// The compressed block, lent until the next call; `None` if it would not be smaller.
    pub fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault> {
        // SAFETY: the encoder is alive.
        let room = unsafe { codecs_encoder_room(self.raw.as_ptr(), block.len()) };
        self.output.clear();
        // Without memory a fault instead of the end of the process.
        self.output.try_reserve_exact(room).map_err(|_| no_memory(&format!("{room} bytes")))?;
        // SAFETY: the encoder is alive, the block is valid, and the output has the room that the core asked for.
        let written =
            unsafe { codecs_encode(self.raw.as_ptr(), block.as_ptr(), block.len(), self.output.as_mut_ptr()) };
        match usize::try_from(written) {
            Err(_) => Err(Fault::of(written)),
            Ok(0) => Ok(None),
            Ok(length) => {
                // SAFETY: the core has written that many bytes.
                unsafe { self.output.set_len(length) };
                Ok(Some(&self.output))
            }
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: it came from the core and is closed once.
        unsafe { codecs_encoder_close(self.raw.as_ptr()) };
    }
}

/// Decompresses one block to at most `limit` bytes. More, or anything but a whole block, is a fault.
pub fn decode(codec: &str, block: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    if limit > MAX_BLOCK {
        return Err(Fault::new(format!("{limit} bytes are more than a block may have")));
    }
    let mut output = Vec::new();
    output.try_reserve_exact(limit).map_err(|_| no_memory(&format!("{limit} bytes")))?;
    output.resize(limit, 0);
    // SAFETY: the output has that length.
    let written = unsafe { decode_to(codec, block, output.as_mut_ptr(), limit) }?;
    output.truncate(written);
    Ok(output)
}

/// As [`decode`], into memory; the number of bytes.
///
/// # Safety
///
/// `output` is valid for `limit` bytes.
pub unsafe fn decode_to(codec: &str, block: &[u8], output: *mut u8, limit: usize) -> Result<usize, Fault> {
    let index = entry(codec)?.index;
    // SAFETY: the block is valid for its length, the output as the caller promises.
    let written = unsafe { codecs_decode(index, block.as_ptr(), block.len(), output, limit) };
    usize::try_from(written).map_err(|_| Fault::of(written))
}

fn no_memory(what: &str) -> Fault {
    Fault::new(format!("there is no memory for {what}"))
}
