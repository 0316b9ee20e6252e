//! Entries of a directory for Node.js: a task for the threads of libuv, and its answer as one buffer. Glue like `lib.rs`.

use crate::compressor::give;
use crate::fs::entries::{Directory, Facts};
use crate::fs::open::Identity;
use crate::{Failure, identity};
use napi::bindgen_prelude::{AsyncTask, Env, Task, Uint8ArraySlice};
use napi_derive::napi;
use std::io;

/// Bytes before what an answer holds: errno, number of entries, 1 where they are described and 0 where only named.
const HEADER: usize = 12;
/// Bytes of a described entry's record.
const RECORD: usize = 88;

/// Named entries of a directory to describe.
pub struct Entries {
    directory: Vec<u8>,
    expected: Option<Identity>,
    names: Vec<Vec<u8>>,
    attributes: bool,
}

#[napi]
impl Task for Entries {
    type Output = Vec<u8>;
    type JsValue = Uint8ArraySlice<'static>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let directory = Directory::open(&self.directory, self.expected);
        let described = directory.and_then(|directory| described(&directory, &self.names, self.attributes, |_, _| ()));
        Ok(described.unwrap_or_else(|error| failed(&error)))
    }

    fn resolve(&mut self, env: Env, answer: Self::Output) -> napi::Result<Self::JsValue> {
        give(&env, answer).map_err(|error| napi::Error::from_reason(error.reason.clone()))
    }
}

/// Entries of a directory, `names` with a zero byte after each, described by the threads of libuv; `.` is the directory itself.
/// `attributes`: read extended attributes too. `device` and `inode` are the required ones of the directory, or -1.
/// `src/source/native-entries.ts` documents the layout of the answer.
#[napi(catch_unwind)]
pub fn entries(
    directory: Uint8ArraySlice,
    names: Uint8ArraySlice,
    attributes: bool,
    device: f64,
    inode: f64,
) -> Result<AsyncTask<Entries>, Failure> {
    Ok(AsyncTask::new(Entries {
        directory: directory.to_vec(),
        expected: identity(device, inode),
        names: terminated(&names),
        attributes,
    }))
}

/// Texts with a zero byte after each.
pub fn terminated(texts: &[u8]) -> Vec<Vec<u8>> {
    texts.split_inclusive(|&byte| byte == 0).map(unterminated).collect()
}

/// Describes entries of a directory, and calls `seen` with each that could be read.
pub fn described(
    directory: &Directory,
    names: &[Vec<u8>],
    attributes: bool,
    mut seen: impl FnMut(&[u8], &Facts),
) -> io::Result<Vec<u8>> {
    let mut records = header(0, names.len(), true);
    let mut text = Vec::with_capacity(names.len() * 32);
    for name in names {
        let start = text.len();
        let written = directory.look(name, attributes).and_then(|facts| {
            seen(name, &facts);
            Record::write(name, &facts, &mut text)
        });
        let record = written.unwrap_or_else(|error| {
            text.truncate(start);
            text.extend_from_slice(name);
            Record::failed(start, name, &error)
        });
        records.extend_from_slice(&record.0);
    }
    records.append(&mut text);
    Ok(records)
}

/// Only the names of entries.
pub fn named(names: &[Vec<u8>]) -> Vec<u8> {
    let mut answer = header(0, names.len(), false);
    for name in names {
        answer.extend_from_slice(name);
        answer.push(0);
    }
    answer
}

/// The answer about a directory that could not be read.
pub fn failed(error: &io::Error) -> Vec<u8> {
    header(errno(error), 0, false)
}

fn unterminated(name: &[u8]) -> Vec<u8> {
    name.strip_suffix(&[0]).unwrap_or(name).to_vec()
}

fn header(errno: u32, count: usize, described: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + if described { count * RECORD } else { count * 32 });
    for value in [errno, u32::try_from(count).unwrap_or(u32::MAX), u32::from(described)] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes
}

/// The errno, or EIO for an error that did not come from the system.
fn errno(error: &io::Error) -> u32 {
    error.raw_os_error().and_then(|code| u32::try_from(code).ok()).unwrap_or(libc::EIO as u32)
}

/// One entry in fixed fields; its texts follow the records of all entries.
struct Record([u8; RECORD]);

impl Record {
    /// An entry that could not be read.
    fn failed(start: usize, name: &[u8], error: &io::Error) -> Self {
        let mut record = Self([0; RECORD]);
        record.number(0, errno(error));
        record.number(72, start as u32);
        record.number(76, name.len() as u32);
        record
    }

    /// Appends name, target and attributes to `text`.
    fn write(name: &[u8], facts: &Facts, text: &mut Vec<u8>) -> io::Result<Self> {
        let too_much = |_| io::Error::from_raw_os_error(libc::E2BIG);
        let start = u32::try_from(text.len()).map_err(too_much)?;
        text.extend_from_slice(name);
        text.extend_from_slice(&facts.target);
        let attributes_start = text.len();
        for (name, value) in &facts.attributes {
            text.extend_from_slice(name);
            text.push(0);
            text.extend_from_slice(&u32::try_from(value.len()).map_err(too_much)?.to_le_bytes());
            text.extend_from_slice(value);
        }
        let mut record = Self([0; RECORD]);
        record.stat(&facts.stat);
        record.number(72, start);
        record.number(76, name.len() as u32);
        record.number(80, facts.target.len() as u32);
        record.number(84, u32::try_from(text.len() - attributes_start).map_err(too_much)?);
        u32::try_from(text.len()).map_err(too_much)?;
        Ok(record)
    }

    /// The widths of these fields differ between systems.
    #[allow(clippy::unnecessary_cast)]
    fn stat(&mut self, stat: &libc::stat) {
        self.number(4, stat.st_mode as u32);
        self.number(8, stat.st_uid as u32);
        self.number(12, stat.st_gid as u32);
        self.number(16, u32::try_from(stat.st_nlink).unwrap_or(u32::MAX));
        self.number(20, stat.st_mtime_nsec as u32);
        self.float(24, stat.st_size as f64);
        self.float(32, stat.st_blocks as f64 * 512.0);
        self.float(40, stat.st_mtime as f64);
        self.bytes(48, &(stat.st_dev as u64).to_le_bytes());
        self.bytes(56, &(stat.st_ino as u64).to_le_bytes());
        self.number(64, libc::major(stat.st_rdev) as u32);
        self.number(68, libc::minor(stat.st_rdev) as u32);
    }

    fn number(&mut self, at: usize, value: u32) {
        self.bytes(at, &value.to_le_bytes());
    }

    fn float(&mut self, at: usize, value: f64) {
        self.bytes(at, &value.to_le_bytes());
    }

    fn bytes(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }
}
