//! The codecs: one block in, one block out, each on its own. Every codec is a C library linked into this one.

pub mod branches;
pub mod deflate;
pub mod lz4;
pub mod lzo;
pub mod xz;
pub mod zstd;

use branches::Machine;
use std::fmt;

/// Largest block that is compressed: 64 MiB, far above what any format here has.
pub const MAX_BLOCK: usize = 64 << 20;

/// A codec and its settings; what threads build their encoders from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// zlib streams (RFC 1950) by libdeflate.
    Gzip {
        /// 1 to 12.
        level: i32,
    },
    /// Zstandard frames that tell their length, without a checksum.
    Zstd {
        /// -7 to -1, 1 to 22.
        level: i32,
    },
    /// Plain LZ4 blocks.
    Lz4 {
        /// 1 is the fast encoder, 2 to 12 the one for high compression.
        level: i32,
    },
    /// Plain LZO1X blocks.
    Lzo,
    /// xz files of one block with a CRC-32.
    Xz(xz::Settings),
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
}

/// Compresses blocks one after the other, in one thread. The result depends on nothing but the block and the settings.
pub trait Encoder {
    /// The compressed block, lent until the next call; nothing when it would not be smaller.
    fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault>;
}

impl Codec {
    /// Checks the settings, so that threads find them right.
    pub fn check(&self) -> Result<(), Fault> {
        match self {
            Self::Gzip { level } => within("a level of gzip", *level, 1, 12),
            Self::Zstd { level: 0 } => Err(Fault::new("0 is not a level of zstd".to_owned())),
            Self::Zstd { level } => within("a level of zstd", *level, -7, 22),
            Self::Lz4 { level } => within("a level of lz4", *level, 1, 12),
            Self::Lzo => Ok(()),
            Self::Xz(settings) => settings.check(),
        }
    }

    /// An encoder for one thread.
    pub fn encoder(&self) -> Result<Box<dyn Encoder>, Fault> {
        Ok(match self {
            Self::Gzip { level } => Box::new(deflate::Deflate::new(*level)?),
            Self::Zstd { level } => Box::new(zstd::Zstd::new(*level)?),
            Self::Lz4 { level } => Box::new(lz4::Lz4::new(*level)?),
            Self::Lzo => Box::new(lzo::Lzo::new()),
            Self::Xz(settings) => Box::new(xz::Xz::new(settings.clone())),
        })
    }
}

/// Decompresses one block to at most `limit` bytes. More, or anything but a whole block, is a fault.
pub fn decode(codec: &str, block: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    if block.is_empty() {
        return Err(Fault::new("the block is empty"));
    }
    if limit > MAX_BLOCK {
        return Err(Fault::new(format!("{limit} bytes are more than a block may have")));
    }
    let mut output = Vec::new();
    output.try_reserve_exact(limit).map_err(|_| no_memory(limit))?;
    output.resize(limit, 0);
    let length = match codec {
        "gzip" => deflate::decode(block, &mut output)?,
        "zstd" => zstd::decode(block, &mut output)?,
        "lz4" => lz4::decode(block, &mut output)?,
        "lzo" => lzo::decode(block, &mut output)?,
        "xz" => xz::decode(block, &mut output)?,
        _ => return Err(Fault::new(format!("there is no codec {codec:?}"))),
    };
    output.truncate(length);
    Ok(output)
}

fn within(what: &str, value: i32, least: i32, most: i32) -> Result<(), Fault> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(Fault::new(format!("{value} is not {what}: {least} to {most}")))
    }
}

fn no_memory(length: usize) -> Fault {
    Fault::new(format!("there is no memory for {length} bytes"))
}

/// Memory that a C library writes compressed blocks to, one after the other.
#[derive(Default)]
struct Output(Vec<u8>);

impl Output {
    /// Room for `length` bytes. A fault instead of the end of the process where there is no memory.
    fn room(&mut self, length: usize) -> Result<*mut u8, Fault> {
        self.0.try_reserve_exact(length).map_err(|_| no_memory(length))?;
        Ok(self.0.as_mut_ptr())
    }

    /// The first `length` bytes.
    ///
    /// # Safety
    ///
    /// They have been written, and there was room for them.
    unsafe fn written(&self, length: usize) -> &[u8] {
        // SAFETY: as the caller promises.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr(), length) }
    }
}
