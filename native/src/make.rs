//! Makes entries for Node.js: a task for the threads of libuv. Glue like `lib.rs`.

use crate::fs::make::{Entry, Failed, Place, Step};
use crate::fs::open::Identity;
use crate::memory::Block;
use crate::{Failure, identity, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice, Uint32Array};
use napi_derive::napi;
use std::io;

/// Numbers of each entry.
const NUMBERS: usize = 11;
/// Flags of an entry: it exists; its owner is set.
const EXISTS: u64 = 1;
const OWNER: u64 = 2;
/// Bits of a result below the step that failed: the errno.
const ERRNO_BITS: u32 = 16;

/// Entries to be made in a directory.
pub struct Make {
    directory: Vec<u8>,
    expected: Option<Identity>,
    numbers: Vec<f64>,
    texts: Vec<u8>,
    data: Block,
}

#[napi]
impl Task for Make {
    type Output = Vec<u32>;
    type JsValue = Uint32Array;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let place = match Place::open(&self.directory, self.expected) {
            Ok(place) => place,
            Err(error) => return Ok(vec![code(&(Step::Create, error)); self.numbers.len() / NUMBERS]),
        };
        let mut texts = Texts(&self.texts);
        let entries = self.numbers.chunks_exact(NUMBERS);
        Ok(entries
            .map(|numbers| match entry(numbers, &mut texts, &self.data) {
                Some(entry) => place.make(&entry).map_or_else(|failed| code(&failed), |()| 0),
                None => code(&(Step::Create, io::Error::from_raw_os_error(libc::EINVAL))),
            })
            .collect())
    }

    fn resolve(&mut self, _env: Env, results: Self::Output) -> napi::Result<Uint32Array> {
        Ok(results.into())
    }
}

/// Makes entries in a directory. `numbers` holds eleven per entry: type and mode, user, group, seconds, nanoseconds, major and
/// minor of a device, the first byte in `data`, the bytes, flags (1: it exists, 2: its owner is set), and the number of
/// its attributes. `texts` holds its name, its target, and name and value of each attribute, each after its length in
/// four bytes. `device` and `inode` are the required ones of the directory, or -1. Resolves to a number per entry: 0, or
/// the step that failed ([`Step`]) in the upper 16 bits and the errno in the lower. `data` must not be changed until then.
#[napi(catch_unwind)]
pub fn make_entries(
    directory: Uint8ArraySlice,
    device: f64,
    inode: f64,
    numbers: Float64Array,
    texts: Uint8ArraySlice,
    data: Uint8ArraySlice,
) -> Result<AsyncTask<Make>, Failure> {
    Ok(AsyncTask::new(Make {
        directory: directory.to_vec(),
        expected: identity(device, inode),
        numbers: numbers.to_vec(),
        texts: texts.to_vec(),
        data: Block::of(&data),
    }))
}

/// `None` if the numbers and the texts do not match.
fn entry<'a>(numbers: &[f64], texts: &mut Texts<'a>, data: &'a [u8]) -> Option<Entry<'a>> {
    let whole = |index: usize| safe_integer(numbers[index]).ok();
    let small = |index: usize| whole(index).and_then(|number| u32::try_from(number).ok());
    let (name, target) = (texts.next()?, texts.next()?);
    let attributes = (0..whole(10)?).map(|_| Some((texts.next()?, texts.next()?))).collect::<Option<_>>()?;
    let from = usize::try_from(whole(7)?).ok()?;
    let flags = whole(9)?;
    Some(Entry {
        name,
        mode: small(0)?,
        owner: if flags & OWNER == 0 { None } else { Some((small(1)?, small(2)?)) },
        mtime: (numbers[3] as i64, small(4)?),
        device: (small(5)?, small(6)?),
        target,
        attributes,
        data: data.get(from..from.checked_add(usize::try_from(whole(8)?).ok()?)?)?,
        exists: flags & EXISTS != 0,
    })
}

/// Texts, each after its length.
struct Texts<'a>(&'a [u8]);

impl<'a> Texts<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        self.0 = rest;
        Some(text)
    }
}

fn code((step, error): &Failed) -> u32 {
    let errno = error.raw_os_error().and_then(|code| u32::try_from(code).ok()).unwrap_or(libc::EIO as u32);
    (*step as u32) << ERRNO_BITS | errno
}
