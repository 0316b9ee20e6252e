//! Contents of images for Node.js: open images by their numbers, and a task that writes a part of a file. Glue like `lib.rs`.

use crate::fs::open;
use crate::fs::stored::{Failure as Unwritten, Image, Piece};
use crate::{Failure, safe_integer};
use napi::bindgen_prelude::{AsyncTask, Env, Float64Array, Task};
use napi_derive::napi;
use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Numbers of each piece: kind, first byte in the image, bytes there, decompressed bytes before it, bytes.
const NUMBERS: usize = 5;
/// Kinds of pieces.
const HOLE: f64 = 0.0;
const PLAIN: f64 = 1.0;
const BLOCK: f64 = 2.0;
const PART: f64 = 3.0;

/// Open images, by their numbers.
static IMAGES: Mutex<(u32, BTreeMap<u32, Arc<Image>>)> = Mutex::new((0, BTreeMap::new()));

/// No operation under this lock is left incomplete, so a panic elsewhere does not matter.
fn images() -> MutexGuard<'static, (u32, BTreeMap<u32, Arc<Image>>)> {
    IMAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An open image by its number.
pub(crate) fn image(number: u32) -> Result<Arc<Image>, Failure> {
    images().1.get(&number).cloned().ok_or_else(|| invalid("There is no such image."))
}

/// Pieces out of their numbers, as `fill_file` documents them.
pub(crate) fn pieces_of(numbers: &[f64]) -> Result<Vec<Piece>, Failure> {
    numbers.chunks_exact(NUMBERS).map(piece_of).collect()
}

fn piece_of(numbers: &[f64]) -> Result<Piece, Failure> {
    let size = |index: usize| -> Result<usize, Failure> {
        usize::try_from(safe_integer(numbers[index])?).map_err(|_| invalid("A piece is too long."))
    };
    let (at, length) = (safe_integer(numbers[1])?, safe_integer(numbers[4])?);
    match numbers[0] {
        HOLE => Ok(Piece::Hole { length }),
        PLAIN => Ok(Piece::Plain { at, length }),
        BLOCK => Ok(Piece::Block { at, stored: size(2)?, length: size(4)? }),
        PART => Ok(Piece::Part { at, stored: size(2)?, skip: size(3)?, length: size(4)? }),
        _ => Err(invalid("A piece has no kind.")),
    }
}

/// A file that stays open while a thread uses it, whatever JavaScript closes.
fn shared(fd: i32) -> Result<File, Failure> {
    open::shared(fd).map_err(|error| crate::failure(&error))
}

/// Lets `make_entries` and `fill_file` read the open file of an image, whose blocks are compressed with a codec and have at most
/// `most` bytes. Returns a number for it, which is valid until `close_image`.
#[napi(catch_unwind)]
pub fn open_image(fd: i32, codec: String, most: u32) -> Result<u32, Failure> {
    let image = Image::new(shared(fd)?, &codec, most as usize);
    let mut images = images();
    images.0 = images.0.wrapping_add(1);
    let number = images.0;
    images.1.insert(number, Arc::new(image));
    Ok(number)
}

/// Forgets an image. Tasks that use it are not disturbed.
#[napi(catch_unwind)]
pub fn close_image(number: u32) {
    images().1.remove(&number);
}

/// A part of a file to be written.
pub struct Fill {
    target: File,
    at: u64,
    image: Arc<Image>,
    pieces: Vec<Piece>,
}

#[napi]
impl Task for Fill {
    type Output = i32;
    type JsValue = i32;

    fn compute(&mut self) -> napi::Result<i32> {
        Ok(match self.image.write(&self.pieces, &self.target, self.at) {
            Ok(_) => 0,
            Err(Unwritten::Content) => -1,
            Err(Unwritten::Write(error)) => error.raw_os_error().unwrap_or(libc::EIO),
        })
    }

    fn resolve(&mut self, _env: Env, result: i32) -> napi::Result<i32> {
        Ok(result)
    }
}

/// Writes to an open file, from byte `at` on, what an image has. `pieces` holds five numbers per piece: its kind (0: a hole, which
/// is not written, 1: bytes stored as they are, 2: a compressed block, 3: a part of one that files share), its first byte in the
/// file of the image, its compressed bytes, the decompressed bytes before a part, and its bytes. Resolves to 0, the errno of
/// writing, or -1 if the image does not have the pieces.
#[napi(catch_unwind)]
pub fn fill_file(fd: i32, at: f64, image_number: u32, pieces: Float64Array) -> Result<AsyncTask<Fill>, Failure> {
    let image = image(image_number)?;
    Ok(AsyncTask::new(Fill { target: shared(fd)?, at: safe_integer(at)?, image, pieces: pieces_of(&pieces)? }))
}

fn invalid(why: &str) -> Failure {
    Failure::new("ERR_INVALID_ARG_VALUE".to_owned(), why.to_owned())
}
