//! Makes entries for Node.js: a task for the threads of libuv. Glue like `lib.rs`.

use crate::fs::make::{Content, Entry, Failed, Place, Step};
use crate::fs::open::Identity;
use crate::fs::stored::{Image, Piece};
use crate::memory::Block;
use crate::stored::{image, pieces_of};
use crate::{Failure, identity, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice, Uint32Array};
use napi_derive::napi;
use std::io;
use std::sync::Arc;

/// Numbers of each entry.
const NUMBERS: usize = 12;
/// Flags of an entry: it exists; its owner is set; it has data; an image has its content.
const EXISTS: u64 = 1;
const OWNER: u64 = 2;
const DATA: u64 = 4;
const STORED: u64 = 8;
/// Bits of a result below the step that failed: the errno.
const ERRNO_BITS: u32 = 16;

/// Entries to be made, each in one of some directories.
pub struct Make {
    directories: Vec<(Vec<u8>, Option<Identity>)>,
    numbers: Vec<f64>,
    texts: Vec<u8>,
    data: Vec<Block>,
    images: Vec<Arc<Image>>,
    pieces: Vec<Piece>,
}

#[napi]
impl Task for Make {
    type Output = Vec<u32>;
    type JsValue = Uint32Array;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let mut rest =
            Rest { texts: Texts(&self.texts), data: self.data.iter(), images: &self.images, pieces: &self.pieces };
        let mut places = Places { directories: &self.directories, open: None };
        let entries = self.numbers.chunks_exact(NUMBERS);
        Ok(entries
            .map(|numbers| match entry(numbers, &mut rest) {
                Some((directory, entry)) => places.make(directory, &entry).map_or_else(|failed| code(&failed), |()| 0),
                None => code(&(Step::Create, io::Error::from_raw_os_error(libc::EINVAL))),
            })
            .collect())
    }

    fn resolve(&mut self, _env: Env, results: Self::Output) -> napi::Result<Uint32Array> {
        Ok(results.into())
    }
}

/// Makes entries, in order. `paths` has the path of each directory, followed by a zero byte; `identities` the required device
/// and inode of each, or -1. `numbers` holds ten per entry: the number of its directory, type and mode, user, group, seconds,
/// nanoseconds, major and minor of a device, flags (1: it exists, 2: its owner is set, 4: it has data, 8: an image has its content),
/// the number of its attributes, the index of the image in `images` and the number of its pieces. `texts` holds its name, its
/// target, and name and value of each attribute, each after its length in four bytes; `data` the bytes of each entry that has
/// some; `images` numbers of `open_image`; `pieces` those of each entry, as `fill_file` takes them. Resolves to a number per
/// entry: 0, or the step that failed ([`Step`]) in the upper 16 bits and the errno in the lower. `data` must not be changed until
/// then.
#[napi(catch_unwind)]
pub fn make_entries(
    paths: Uint8ArraySlice,
    identities: Float64Array,
    numbers: Float64Array,
    texts: Uint8ArraySlice,
    data: Vec<Uint8ArraySlice>,
    images: Vec<u32>,
    pieces: Float64Array,
) -> Result<AsyncTask<Make>, Failure> {
    let paths = paths.split(|&byte| byte == 0).map(<[u8]>::to_vec);
    let identities = identities.chunks_exact(2).map(|one| identity(one[0], one[1]));
    Ok(AsyncTask::new(Make {
        directories: paths.zip(identities).collect(),
        numbers: numbers.to_vec(),
        texts: texts.to_vec(),
        data: data.iter().map(|bytes| Block::of(bytes)).collect(),
        images: images.into_iter().map(image).collect::<Result<_, _>>()?,
        pieces: pieces_of(&pieces)?,
    }))
}

/// The directories of a call; the one that is in use is open. Entries of a directory follow each other.
struct Places<'a> {
    directories: &'a [(Vec<u8>, Option<Identity>)],
    open: Option<(usize, Place)>,
}

impl Places<'_> {
    fn make(&mut self, directory: usize, entry: &Entry) -> Result<(), Failed> {
        if self.open.as_ref().is_none_or(|(open, _)| *open != directory) {
            let place = match self.directories.get(directory) {
                Some((path, expected)) => Place::open(path, *expected),
                None => Err(io::Error::from_raw_os_error(libc::EINVAL)),
            };
            self.open = Some((directory, place.map_err(|error| (Step::Create, error))?));
        }
        self.open.as_ref().map_or(Ok(()), |(_, place)| place.make(entry))
    }
}

/// The texts, data and pieces of the entries of a call; each takes its own in turn.
struct Rest<'a> {
    texts: Texts<'a>,
    data: std::slice::Iter<'a, Block>,
    images: &'a [Arc<Image>],
    pieces: &'a [Piece],
}

impl<'a> Rest<'a> {
    fn content(&mut self, flags: u64, image: u64, count: u64) -> Option<Content<'a>> {
        if flags & STORED != 0 {
            let (pieces, rest) = self.pieces.split_at_checked(usize::try_from(count).ok()?)?;
            self.pieces = rest;
            return Some(Content::Stored(self.images.get(usize::try_from(image).ok()?)?, pieces));
        }
        Some(Content::Bytes(if flags & DATA == 0 { &[] } else { self.data.next()? }))
    }
}

/// The number of its directory and the entry; `None` if numbers, texts and data do not match.
fn entry<'a>(numbers: &[f64], rest: &mut Rest<'a>) -> Option<(usize, Entry<'a>)> {
    let whole = |index: usize| safe_integer(numbers[index]).ok();
    let small = |index: usize| whole(index).and_then(|number| u32::try_from(number).ok());
    let (name, target) = (rest.texts.next()?, rest.texts.next()?);
    let attributes = (0..whole(9)?).map(|_| Some((rest.texts.next()?, rest.texts.next()?))).collect::<Option<_>>()?;
    let flags = whole(8)?;
    let entry = Entry {
        name,
        mode: small(1)?,
        owner: if flags & OWNER == 0 { None } else { Some((small(2)?, small(3)?)) },
        mtime: (numbers[4] as i64, small(5)?),
        device: (small(6)?, small(7)?),
        target,
        attributes,
        content: rest.content(flags, whole(10)?, whole(11)?)?,
        exists: flags & EXISTS != 0,
    };
    Some((usize::try_from(whole(0)?).ok()?, entry))
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
