//! Contents as an image stores them: read from its file, decompressed, and written to other files, all in one thread.

use super::copy;
use crate::codec::{self, MAX_BLOCK};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Bytes of blocks shared by many files that are kept, as long as the blocks are not larger.
const KEPT: usize = 4 << 20;
const LEAST_KEPT: usize = 4;
/// Uncompressed bytes that are copied at a time.
const CHUNK: usize = 256 << 10;
/// From this length on the kernel copies faster than reading and writing.
const LONG: u64 = 1 << 20;

/// The next bytes of a content.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// Zeros, which are not written.
    Hole {
        /// Bytes.
        length: u64,
    },
    /// Bytes stored as they are.
    Plain {
        /// First byte in the image.
        at: u64,
        /// Bytes.
        length: u64,
    },
    /// A compressed block.
    Block {
        /// First byte in the image.
        at: u64,
        /// Compressed bytes.
        stored: usize,
        /// Decompressed bytes, no more and no less.
        length: usize,
    },
    /// A part of a compressed block that other files share.
    Part {
        /// First byte of the block in the image.
        at: u64,
        /// Compressed bytes of the block.
        stored: usize,
        /// Decompressed bytes before the part.
        skip: usize,
        /// Bytes of the part.
        length: usize,
    },
}

/// Why a content was not written.
#[derive(Debug)]
pub enum Failure {
    /// The image does not have it as described. This says no more: the caller reads it in another way, which finds the fault.
    Content,
    /// The file cannot be written.
    Write(io::Error),
}

/// A decompressed block that threads share; `None` if it is damaged. The first of them decompresses, the others wait.
type Shared = Arc<OnceLock<Option<Vec<u8>>>>;

/// The last shared blocks, by their places, and memory of earlier ones that is used again: to give it back to the system, and to get
/// zeros for it, would take longer than to copy a block.
#[derive(Default)]
struct Blocks {
    kept: VecDeque<(u64, Shared)>,
    spare: Vec<Vec<u8>>,
}

/// An open image file, and how blocks in it are compressed.
pub struct Image {
    file: File,
    codec: String,
    most: usize,
    shared: Mutex<Blocks>,
}

/// Memory that a thread uses for one block after the other.
#[derive(Default)]
struct Scratch {
    stored: Vec<u8>,
    decoded: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Image {
    /// `most`: decompressed bytes of a block, at most.
    pub fn new(file: File, codec: &str, most: usize) -> Self {
        Self { file, codec: codec.to_owned(), most: most.min(MAX_BLOCK), shared: Mutex::default() }
    }

    /// Writes the pieces to a file from byte `at` on. Returns where they end, which may be after the end of the file if the last
    /// one is a hole.
    pub fn write(&self, pieces: &[Piece], target: &File, mut at: u64) -> Result<u64, Failure> {
        SCRATCH.with_borrow_mut(|scratch| {
            for &piece in pieces {
                at += self.write_one(piece, scratch, target, at)?;
            }
            Ok(at)
        })
    }

    fn write_one(&self, piece: Piece, scratch: &mut Scratch, target: &File, to: u64) -> Result<u64, Failure> {
        match piece {
            Piece::Hole { length } => Ok(length),
            Piece::Plain { at, length } => {
                self.copy(at, length, &mut scratch.stored, target, to)?;
                Ok(length)
            }
            Piece::Block { at, stored, length } => {
                let written = self.decode(at, stored, length, &mut scratch.stored, &mut scratch.decoded)?;
                if written != length {
                    return Err(Failure::Content);
                }
                write(target, part_of(&scratch.decoded, 0, length)?, to)
            }
            Piece::Part { at, stored, skip, length } => {
                let cell = self.shared_block(at);
                let block = cell.get_or_init(|| {
                    let mut block = self.lock().spare.pop().unwrap_or_default();
                    let written = self.decode(at, stored, self.most, &mut scratch.stored, &mut block).ok()?;
                    block.truncate(written);
                    Some(block)
                });
                write(target, part_of(block.as_deref().ok_or(Failure::Content)?, skip, length)?, to)
            }
        }
    }

    fn copy(&self, at: u64, length: u64, buffer: &mut Vec<u8>, target: &File, to: u64) -> Result<(), Failure> {
        let mut done = if length < LONG { 0 } else { copy::by_kernel(&self.file, at, target, to, length) };
        while done < length {
            let count = usize::try_from(length - done).map_or(CHUNK, |left| left.min(CHUNK));
            let bytes = self.read(at + done, count, buffer)?;
            done += write(target, bytes, to + done)?;
        }
        Ok(())
    }

    fn read<'a>(&self, at: u64, count: usize, buffer: &'a mut Vec<u8>) -> Result<&'a [u8], Failure> {
        let bytes = room(buffer, count)?;
        self.file.read_exact_at(bytes, at).map_err(|_| Failure::Content)?;
        Ok(bytes)
    }

    /// Decompresses a block to the beginning of a buffer; at most `limit` bytes. `compressed` is memory for the block as it is stored.
    fn decode(
        &self,
        at: u64,
        stored: usize,
        limit: usize,
        compressed: &mut Vec<u8>,
        decoded: &mut Vec<u8>,
    ) -> Result<usize, Failure> {
        if stored > MAX_BLOCK || limit > self.most {
            return Err(Failure::Content);
        }
        let block = self.read(at, stored, compressed)?;
        let output = room(decoded, limit)?.as_mut_ptr();
        // SAFETY: there is room for the limit.
        unsafe { codec::decode_to(&self.codec, block, output, limit) }.map_err(|_| Failure::Content)
    }

    /// The place of a decompressed block, which may still be empty.
    fn shared_block(&self, at: u64) -> Shared {
        let mut blocks = self.lock();
        // The last one first: files that follow each other are in the same block.
        if let Some((_, known)) = blocks.kept.iter().rev().find(|(place, _)| *place == at) {
            return known.clone();
        }
        if blocks.kept.len() >= LEAST_KEPT.max(KEPT / self.most.max(1)) {
            let oldest = blocks.kept.pop_front().and_then(|(_, oldest)| Arc::into_inner(oldest));
            blocks.spare.extend(oldest.and_then(OnceLock::into_inner).flatten());
        }
        let made = Shared::default();
        blocks.kept.push_back((at, made.clone()));
        made
    }

    /// No operation under this lock is left incomplete, so a panic elsewhere does not matter.
    fn lock(&self) -> MutexGuard<'_, Blocks> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first `count` bytes of a buffer, which grows to that.
fn room(buffer: &mut Vec<u8>, count: usize) -> Result<&mut [u8], Failure> {
    if let Some(more) = count.checked_sub(buffer.len()) {
        buffer.try_reserve(more).map_err(|_| Failure::Content)?;
        buffer.resize(count, 0);
    }
    buffer.get_mut(..count).ok_or(Failure::Content)
}

fn part_of(block: &[u8], skip: usize, length: usize) -> Result<&[u8], Failure> {
    let end = skip.checked_add(length).ok_or(Failure::Content)?;
    block.get(skip..end).ok_or(Failure::Content)
}

fn write(target: &File, bytes: &[u8], at: u64) -> Result<u64, Failure> {
    target.write_all_at(bytes, at).map_err(Failure::Write)?;
    Ok(bytes.len() as u64)
}
