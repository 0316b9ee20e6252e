//! Contents out of an image: each kind of piece, and damage, against files that are made here.

#![cfg(target_os = "linux")]

use isopress_native::codec::Codec;
use isopress_native::fs::make::{Content, Entry, Place, Step};
use isopress_native::fs::stored::{Failure, Image, Piece};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// A separate directory for each test, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("isopress-stored-{}-{name}", std::process::id()));
        fs::create_dir(&path).expect("a scratch directory can be made");
        Self(path)
    }

    fn image(&self, bytes: &[u8]) -> Image {
        fs::write(self.0.join("image"), bytes).expect("it can be written");
        Image::new(File::open(self.0.join("image")).expect("it can be opened"), "gzip", 4096)
    }

    fn target(&self) -> (File, PathBuf) {
        let path = self.0.join("target");
        (File::create(&path).expect("it can be made"), path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = Codec::new("gzip", &[6]).expect("the codec is there").encoder().expect("there is memory");
    encoder.encode(bytes).expect("it can be compressed").expect("it shrinks").to_vec()
}

#[test]
fn pieces_of_every_kind_follow_each_other() {
    let scratch = Scratch::new("kinds");
    let (one, two) = (gzip(&[b'x'; 4096]), gzip(&[[b'a'; 1000], [b'b'; 1000]].concat()));
    let image = scratch.image(&[b"plain".as_slice(), &one, &two].concat());
    let (at_one, at_two) = (5, 5 + one.len() as u64);
    let (target, path) = scratch.target();
    let pieces = [
        Piece::Plain { at: 0, length: 5 },
        Piece::Hole { length: 8192 },
        Piece::Block { at: at_one, stored: one.len(), length: 4096 },
        Piece::Part { at: at_two, stored: two.len(), skip: 990, length: 20 },
        Piece::Part { at: at_two, stored: two.len(), skip: 1999, length: 1 },
    ];
    let end = image.write(&pieces, &target, 100).expect("it can be written");
    let expected =
        [vec![0; 100], b"plain".to_vec(), vec![0; 8192], vec![b'x'; 4096], b"aaaaaaaaaabbbbbbbbbbb".to_vec()].concat();
    assert_eq!(fs::read(path).expect("it can be read"), expected);
    assert_eq!(end, expected.len() as u64);
}

#[test]
fn long_pieces_are_the_same_where_the_kernel_copies_them_and_where_it_refuses() {
    let scratch = Scratch::new("long");
    let data: Vec<u8> = (0..3_000_000_u32).map(|index| (index % 251) as u8).collect();
    let image = scratch.image(&data);
    // The kernel copies nothing into a file that is open for appending.
    for append in [false, true] {
        let path = scratch.0.join(format!("append-{append}"));
        let target = File::options().create_new(true).write(!append).append(append).open(&path).expect("it is new");
        target.set_len(10).expect("it can grow");
        image.write(&[Piece::Plain { at: 5, length: 2_900_000 }], &target, 10).expect("it can be written");
        let written = fs::read(path).expect("it can be read");
        assert_eq!(written.len(), 2_900_010);
        assert!(written[..10] == [0; 10] && written[10..] == data[5..2_900_005]);
        let longer = image.write(&[Piece::Plain { at: 1_000_000, length: 2_000_001 }], &target, 0);
        assert!(matches!(longer, Err(Failure::Content)), "{longer:?}");
    }
    let closed = File::open(scratch.0.join("image")).expect("it can be opened");
    let refused = image.write(&[Piece::Plain { at: 0, length: 2_000_000 }], &closed, 0);
    assert!(matches!(refused, Err(Failure::Write(_))), "{refused:?}");
}

#[test]
fn pieces_that_the_image_does_not_have_are_a_fault_of_the_content() {
    let scratch = Scratch::new("faults");
    let block = gzip(&[b'x'; 2000]);
    let stored = block.len();
    let image = scratch.image(&block);
    let (target, _) = scratch.target();
    for piece in [
        Piece::Plain { at: 0, length: stored as u64 + 1 },
        Piece::Plain { at: u64::MAX, length: 1 },
        Piece::Block { at: 0, stored, length: 1999 },
        Piece::Block { at: 0, stored, length: 2001 },
        Piece::Block { at: 1, stored: stored - 1, length: 2000 },
        Piece::Block { at: 0, stored: usize::MAX, length: 2000 },
        Piece::Block { at: 0, stored, length: usize::MAX },
        Piece::Block { at: 0, stored: 0, length: 1 },
        Piece::Part { at: 0, stored, skip: 1999, length: 2 },
        Piece::Part { at: 0, stored, skip: usize::MAX, length: 2 },
        Piece::Part { at: 1, stored, skip: 0, length: 2 },
    ] {
        assert!(matches!(image.write(&[piece], &target, 0), Err(Failure::Content)), "{piece:?}");
    }
}

#[test]
fn threads_that_share_a_block_all_get_their_parts() {
    let scratch = Scratch::new("threads");
    let blocks: Vec<_> = (0..100u8).map(|seed| gzip(&[seed; 4096])).collect();
    let image = scratch.image(&blocks.concat());
    let mut at = 0;
    let pieces: Vec<_> = blocks
        .iter()
        .map(|block| {
            let piece = Piece::Part { at, stored: block.len(), skip: 0, length: 10 };
            at += block.len() as u64;
            piece
        })
        .collect();
    let expected: Vec<_> = (0..100u8).flat_map(|seed| [seed; 10]).collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (image, pieces, expected) = (&image, &pieces, &expected);
            let path = scratch.0.join(format!("{thread}"));
            scope.spawn(move || {
                for _ in 0..20 {
                    image.write(pieces, &File::create(&path).expect("it can be made"), 0).expect("it can be written");
                    assert_eq!(fs::read(&path).expect("it can be read"), *expected);
                }
            });
        }
    });
}

#[test]
fn a_file_ends_with_its_hole_and_is_not_there_without_its_content() {
    let scratch = Scratch::new("files");
    let image = scratch.image(b"data");
    let place = Place::open(scratch.0.as_os_str().as_bytes(), None).expect("the directory can be opened");
    let entry = |name, pieces| Entry {
        name,
        mode: libc::S_IFREG | 0o640,
        owner: None,
        mtime: (5, 0),
        device: (0, 0),
        target: b"",
        attributes: Vec::new(),
        content: Content::Stored(&image, pieces),
        exists: false,
    };
    let sound = [Piece::Plain { at: 0, length: 4 }, Piece::Hole { length: 1 << 30 }];
    place.make(&entry(b"sound", &sound)).expect("it can be made");
    let found = fs::metadata(scratch.0.join("sound")).expect("it is there");
    assert_eq!((found.size(), found.mtime(), found.mode() & 0o7777), (4 + (1 << 30), 5, 0o640));
    assert!(found.blocks() < 1000);
    let damaged = [Piece::Plain { at: 0, length: 4 }, Piece::Plain { at: 4, length: 1 }];
    let (step, _) = place.make(&entry(b"damaged", &damaged)).expect_err("there is nothing to read");
    assert_eq!(step, Step::Content);
    assert!(!scratch.0.join("damaged").exists());
}
