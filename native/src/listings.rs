//! Listings of many directories for Node.js with one call: a thread that is woken once for each directory of a tree costs more than
//! the directories do. Glue like `lib.rs`.

use crate::compressor::give;
use crate::entries::{described, failed, named, terminated};
use crate::fs::entries::Directory;
use crate::fs::join;
use crate::fs::open::Identity;
use crate::{Failure, identity, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task, Uint8ArraySlice};
use napi_derive::napi;
use std::io;

/// A directory to list, by its path and what has to be there.
type Wanted = (Vec<u8>, Option<Identity>);

/// Directories to list.
pub struct Listings {
    /// The next one is the last.
    wanted: Vec<Wanted>,
    most: usize,
    budget: usize,
    attributes: bool,
}

#[napi]
impl Task for Listings {
    type Output = Vec<u8>;
    type JsValue = Uint8ArraySlice<'static>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let mut answers = Vec::new();
        let mut left = self.budget.max(1);
        while left > 0
            && let Some((path, expected)) = self.wanted.pop()
        {
            let (answer, count) = self.list(&path, expected).unwrap_or_else(|error| (failed(&error), 0));
            for length in [path.len(), answer.len()] {
                answers.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
            }
            answers.extend_from_slice(&path);
            answers.extend_from_slice(&answer);
            left = left.saturating_sub(count.max(1));
        }
        Ok(answers)
    }

    fn resolve(&mut self, env: Env, answers: Self::Output) -> napi::Result<Self::JsValue> {
        give(&env, answers).map_err(|error| napi::Error::from_reason(error.reason.clone()))
    }
}

impl Listings {
    /// The answer about a directory, and its number of entries. What is below it comes next, unless it is on another file system.
    fn list(&mut self, path: &[u8], expected: Option<Identity>) -> io::Result<(Vec<u8>, usize)> {
        let directory = Directory::open(path, expected)?;
        let names = directory.names()?;
        if names.len() > self.most {
            return Ok((named(&names), names.len()));
        }
        let device = directory.identity()?.device;
        let mut below = Vec::new();
        let answer = described(&directory, &names, self.attributes, |name, facts| {
            let found = Identity::of(&facts.stat);
            if facts.stat.st_mode & libc::S_IFMT == libc::S_IFDIR && found.device == device {
                below.push((join(path, name), Some(found)));
            }
        })?;
        if self.budget > 0 {
            self.wanted.extend(below.into_iter().rev());
        }
        Ok((answer, names.len()))
    }
}

/// Lists directories, `paths` with a zero byte after each, in the threads of libuv: all entries in byte order, described if there are at
/// most `most`, otherwise only named. `identities` holds the device and inode that each has to have, or -1. The directories below
/// each follow it, depth first, until `budget` entries have been listed; what is left then is not in the answer. At least the first
/// directory is. With a budget of 0 it alone is. `attributes`: read extended attributes too.
#[napi(catch_unwind)]
pub fn listings(
    paths: Uint8ArraySlice,
    identities: Float64Array,
    most: f64,
    budget: f64,
    attributes: bool,
) -> Result<AsyncTask<Listings>, Failure> {
    let required = identities.as_chunks::<2>().0.iter().map(|&[device, inode]| identity(device, inode));
    let mut wanted: Vec<Wanted> = terminated(&paths).into_iter().zip(required).collect();
    wanted.reverse();
    let count = |number| safe_integer(number).map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    Ok(AsyncTask::new(Listings { wanted, most: count(most)?, budget: count(budget)?, attributes }))
}
