//! Digests of files.

use super::gather::{Range, Way, open, read_at};
use super::identity::{BLOCK, Identity};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::io;

/// Bytes of one read: whole blocks of an identity.
const CHUNK: usize = 64 * BLOCK;

/// A kind of digest.
#[derive(Clone, Copy)]
pub enum Kind {
    /// An identity.
    Identity,
    /// The identity of the first block.
    Head,
    /// MD5.
    Md5,
    /// SHA-256.
    Sha256,
}

impl Kind {
    /// By its name in lower case.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "identity" => Some(Self::Identity),
            "head" => Some(Self::Head),
            "md5" => Some(Self::Md5),
            "sha256" => Some(Self::Sha256),
            _ => None,
        }
    }

    /// Bytes of a digest.
    pub fn size(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Identity | Self::Head | Self::Sha256 => 32,
        }
    }

    /// Bytes of a file that are read for it.
    fn reads(self, length: usize) -> usize {
        match self {
            Self::Head => BLOCK.min(length),
            _ => length,
        }
    }

    fn begin(self) -> Begun {
        match self {
            Self::Identity | Self::Head => Begun::Identity(Identity::default()),
            Self::Md5 => Begun::Md5(Md5::new()),
            Self::Sha256 => Begun::Sha256(Sha256::new()),
        }
    }
}

/// The digest of each file that a range is the whole of; `None` for one that is not as it was found, or empty.
pub fn digests(ranges: &[Range], kind: Kind) -> Vec<Option<Vec<u8>>> {
    let mut way = None;
    let mut memory = vec![0; CHUNK];
    ranges.iter().map(|range| of_file(range, kind, &mut way, &mut memory).unwrap_or(None)).collect()
}

fn of_file<'a>(range: &'a Range, kind: Kind, way: &mut Way<'a>, memory: &mut [u8]) -> io::Result<Option<Vec<u8>>> {
    let (file, stat) = open(range, way)?;
    if range.at != 0 || range.length == 0 || u64::try_from(stat.st_size) != Ok(range.length as u64) {
        return Ok(None);
    }
    let mut digest = kind.begin();
    let length = kind.reads(range.length);
    let mut done = 0;
    while done < length {
        let most = CHUNK.min(length - done);
        let mut filled = 0;
        while filled < most {
            let target = memory[filled..].as_mut_ptr();
            let count = read_at(&file, target, most - filled, None, (done + filled) as u64)?;
            if count == 0 {
                return Ok(None);
            }
            filled += count;
        }
        digest.add(&memory[..most]);
        done += most;
    }
    Ok(Some(digest.end()))
}

/// A digest in the making.
enum Begun {
    Identity(Identity),
    Md5(Md5),
    Sha256(Sha256),
}

impl Begun {
    fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Identity(identity) => identity.add(bytes),
            Self::Md5(digest) => digest.update(bytes),
            Self::Sha256(digest) => digest.update(bytes),
        }
    }

    fn end(self) -> Vec<u8> {
        match self {
            Self::Identity(identity) => identity.end().to_vec(),
            Self::Md5(digest) => digest.finalize().to_vec(),
            Self::Sha256(digest) => digest.finalize().to_vec(),
        }
    }
}
