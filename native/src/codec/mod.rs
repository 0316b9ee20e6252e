//! The codecs: one block in, one block out, each on its own. Every codec is a C library linked into this one.

pub mod deflate;

use std::fmt;

/// Largest block that is compressed: 64 MiB, far above what any format here has.
pub const MAX_BLOCK: usize = 64 << 20;

/// A codec and its settings; what threads build their encoders from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// zlib streams (RFC 1950) by libdeflate, levels 1 to 12.
    Gzip {
        /// 1 to 12.
        level: i32,
    },
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
        }
    }

    /// An encoder for one thread.
    pub fn encoder(&self) -> Result<Box<dyn Encoder>, Fault> {
        match self {
            Self::Gzip { level } => Ok(Box::new(deflate::Deflate::new(*level)?)),
        }
    }
}

/// Decompresses one block to at most `limit` bytes. More, or anything but a whole block, is a fault.
pub fn decode(codec: &str, block: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let mut output = Vec::new();
    if limit > MAX_BLOCK {
        return Err(Fault::new(format!("{limit} bytes are more than a block may have")));
    }
    reserve(&mut output, limit)?;
    output.resize(limit, 0);
    let length = match codec {
        "gzip" => deflate::decode(block, &mut output)?,
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

/// Room for `length` bytes; a fault instead of the end of the process where there is no memory.
pub(crate) fn reserve(buffer: &mut Vec<u8>, length: usize) -> Result<(), Fault> {
    buffer
        .try_reserve_exact(length.saturating_sub(buffer.len()))
        .map_err(|_| Fault::new(format!("there is no memory for {length} bytes")))
}
