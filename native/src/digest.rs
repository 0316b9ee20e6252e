//! Digests for Node.js in the threads of libuv: of blocks, of ranges of files that are to have a certain one, and of whole files. Glue like
//! `lib.rs`.

use crate::fs::digests::{Kind, digests};
use crate::fs::gather::Range;
use crate::fs::open;
use crate::gather::{invalid, ranges};
use crate::memory::{Block, Room};
use crate::{Failure, failure, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice};
use napi_derive::napi;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bytes of a digest.
const SIZE: usize = 32;

/// A block to digest.
pub struct DigestBlock {
    block: Block,
}

#[napi]
impl Task for DigestBlock {
    type Output = [u8; SIZE];
    type JsValue = Uint8ArraySlice<'static>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(Sha256::digest(&*self.block).into())
    }

    fn resolve(&mut self, env: Env, digest: Self::Output) -> napi::Result<Self::JsValue> {
        Uint8ArraySlice::copy_from(&env, digest)
    }
}

/// The SHA-256 of a block, which must stay as it is until then, if it is in memory of `allocate`; of any other memory a copy is made.
#[napi(catch_unwind)]
pub fn sha256(block: Uint8ArraySlice) -> AsyncTask<DigestBlock> {
    AsyncTask::new(DigestBlock { block: Block::of(&block) })
}

/// A range of a file to read, memory for it, and its digest.
pub struct ReadChecked {
    file: File,
    at: u64,
    room: Room,
    length: usize,
    digest: Vec<u8>,
}

#[napi]
impl Task for ReadChecked {
    type Output = bool;
    type JsValue = bool;

    fn compute(&mut self) -> napi::Result<bool> {
        let Some(start) = self.room.part(0, self.length) else { return Ok(false) };
        // SAFETY: the room has that length, and JavaScript leaves it alone.
        let bytes = unsafe { std::slice::from_raw_parts_mut(start, self.length) };
        let is_read = self.file.read_exact_at(bytes, self.at).is_ok();
        Ok(is_read && Sha256::digest(&*bytes)[..] == self.digest[..])
    }

    fn resolve(&mut self, _env: Env, is_right: bool) -> napi::Result<bool> {
        Ok(is_right)
    }
}

/// Fills memory of `allocate` with a range of the open file. Resolves to false if it cannot be read, or has another SHA-256. `into`
/// must not be used until then; `file` may be closed.
#[napi(catch_unwind)]
pub fn read_checked(
    file: i32,
    at: f64,
    into: Uint8ArraySlice,
    digest: Uint8ArraySlice,
) -> Result<AsyncTask<ReadChecked>, Failure> {
    let room = Room::of(&into).ok_or_else(|| invalid("The memory to fill was not allocated here."))?;
    let file = open::shared(file).map_err(|error| failure(&error))?;
    let (at, length, digest) = (safe_integer(at)?, into.len(), digest.to_vec());
    Ok(AsyncTask::new(ReadChecked { file, at, room, length, digest }))
}

/// Files to take digests of.
pub struct Digests {
    kind: Kind,
    ranges: Vec<Range>,
}

#[napi]
impl Task for Digests {
    type Output = Vec<u8>;
    type JsValue = Uint8ArraySlice<'static>;

    fn compute(&mut self) -> napi::Result<Vec<u8>> {
        let nothing = vec![0; self.kind.size()];
        let found = digests(&self.ranges, self.kind).into_iter();
        Ok(found.flat_map(|digest| digest.unwrap_or_else(|| nothing.clone())).collect())
    }

    fn resolve(&mut self, env: Env, digests: Vec<u8>) -> napi::Result<Self::JsValue> {
        Uint8ArraySlice::copy_from(&env, digests)
    }
}

/// The digests of regular files, given as ranges like those of `gather` that are whole files: `identity`, `head`, `md5` or `sha256`. Resolves to
/// the bytes of all, which are zero for a file that cannot be read, is not as expected, or is empty.
#[napi(catch_unwind)]
pub fn digests_of_files(
    kind: String,
    paths: Uint8ArraySlice,
    numbers: Float64Array,
) -> Result<AsyncTask<Digests>, Failure> {
    let kind = Kind::named(&kind).ok_or_else(|| invalid("There is no such digest."))?;
    Ok(AsyncTask::new(Digests { kind, ranges: ranges(&paths, &numbers)? }))
}
