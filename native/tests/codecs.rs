//! Every codec: blocks survive a round trip, nothing gets larger, damage is a fault, and each has the properties that its readers require.

use isopress_native::codec::{CODECS, Codec, decode};

/// Bits of the filters of xz, in the order of `native/codecs/branches.h`.
const X86: i32 = 1;
const ARM64: i32 = 1 << 6;
const MACHINES: i32 = 8;

/// Text-like bytes with `noise` of 256 parts of noise among them.
fn bytes(length: usize, noise: u32) -> Vec<u8> {
    let mut state = 0x2545_f491_u32 ^ length as u32;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if state >> 24 < noise {
            bytes.extend_from_slice(&state.to_le_bytes());
        } else {
            bytes.extend_from_slice(["press ", "image ", "block ", "tree ", "inode "][state as usize % 5].as_bytes());
        }
    }
    bytes.truncate(length);
    bytes
}

/// A block like linked code: calls to few functions from many places.
fn code(length: usize) -> Vec<u8> {
    let mut code = bytes(length, 60);
    for (index, place) in (0..length - 5).step_by(29).enumerate() {
        let function = (index * 7 % 11 * 512) as i32;
        code[place] = 0xe8;
        code[place + 1..place + 5].copy_from_slice(&(function - place as i32 - 5).to_le_bytes());
    }
    code
}

fn codec(name: &str, level: i32) -> Codec {
    Codec::new(name, &[level]).expect("the settings are right")
}

fn xz(preset: i32, dictionary: i32, filters: i32) -> Codec {
    Codec::new("xz", &[preset, 0, dictionary, filters]).expect("the settings are right")
}

fn all() -> Vec<(&'static str, Codec)> {
    let mut codecs = Vec::new();
    codecs.extend([1, 6, 12].map(|level| ("gzip", codec("gzip", level))));
    codecs.push(("lzo", codec("lzo", 0)));
    codecs.extend([-7, -1, 1, 15, 22].map(|level| ("zstd", codec("zstd", level))));
    codecs.extend([1, 2, 9, 12].map(|level| ("lz4", codec("lz4", level))));
    codecs.extend([0, 6].map(|preset| ("xz", xz(preset, 0, 0))));
    codecs.extend((0..MACHINES).map(|machine| ("xz", xz(1, 0, 1 << machine))));
    codecs.push(("xz", xz(6, 8192, X86 | 1 << 3)));
    codecs
}

fn encode(codec: &Codec, block: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = codec.encoder().expect("the settings are right");
    encoder.encode(block).expect("no fault").map(<[u8]>::to_vec)
}

#[test]
fn blocks_of_every_length_come_back_and_none_gets_larger() {
    for (name, codec) in all() {
        let mut encoder = codec.encoder().expect("the settings are right");
        for length in [0, 1, 2, 5, 16, 100, 4096, 8192, 8193, 100_000, 131_072, 300_000] {
            for noise in [0, 20, 256] {
                let block = bytes(length, noise);
                let Some(compressed) = encoder.encode(&block).expect("no fault") else {
                    assert!(noise == 256 || length <= 100, "{codec:?} gives up on {length} bytes");
                    continue;
                };
                assert!(compressed.len() < length);
                assert_eq!(decode(name, compressed, length).as_ref(), Ok(&block), "{codec:?} of {length} bytes");
                assert!(decode(name, compressed, length - 1).is_err(), "{codec:?} stays within its limit");
            }
        }
    }
}

#[test]
fn an_encoder_that_is_used_again_gives_what_a_new_one_gives() {
    let blocks = [bytes(131_072, 20), bytes(8192, 3), code(100_000), bytes(50_000, 256), code(131_072), bytes(8192, 3)];
    for (_, codec) in all() {
        let mut encoder = codec.encoder().expect("the settings are right");
        for block in &blocks {
            let again = encoder.encode(block).expect("no fault").map(<[u8]>::to_vec);
            assert_eq!(again, encode(&codec, block), "{codec:?}");
        }
    }
}

#[test]
fn higher_levels_are_smaller() {
    let block = bytes(262_144, 30);
    let sizes =
        |codecs: &[Codec]| codecs.iter().map(|codec| encode(codec, &block).map_or(0, |c| c.len())).collect::<Vec<_>>();
    for sizes in [
        sizes(&[1, 6, 12].map(|level| codec("gzip", level))),
        sizes(&[1, 15].map(|level| codec("zstd", level))),
        sizes(&[1, 3, 12].map(|level| codec("lz4", level))),
        sizes(&[0, 6].map(|preset| xz(preset, 0, 0))),
    ] {
        assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
    }
}

#[test]
fn the_window_of_a_zstd_frame_is_never_larger_than_its_block() {
    for level in [1, 15, 22] {
        for length in [4096, 8192, 131_072, 1 << 20] {
            let frame = encode(&codec("zstd", level), &bytes(length, 20)).expect("it is smaller");
            // Frame_Header_Descriptor (RFC 8878, 3.1.1.1.1): one segment as long as the block, or a separate window.
            let window = if frame[4] & 0x20 != 0 { length } else { 1 << (10 + (frame[5] >> 3)) };
            assert!(window <= length, "level {level}: a window of {window} bytes for {length}");
            assert_eq!(frame[4] & 0x04, 0, "no checksum");
        }
    }
}

#[test]
fn an_xz_file_is_one_that_the_kernel_reads() {
    /// Bytes of the dictionary by its code in the LZMA2 properties.
    fn dictionary(code: u8) -> u32 {
        (2 | u32::from(code) & 1) << (code / 2 + 11)
    }
    for (length, most, expected) in [
        (8192, 0, 8192),
        (100_000, 0, 131_072),
        (131_072, 0, 131_072),
        (131_072, 98_304, 98_304),
        (90_000, 0, 98_304),
        (2000, 0, 4096),
    ] {
        let block = bytes(length, 10);
        let file = encode(&xz(6, most, 0), &block).expect("it is smaller");
        assert_eq!(file[..8], [0xfd, b'7', b'z', b'X', b'Z', 0, 0, 1], "stream header with CRC-32");
        assert_eq!(file[13], 0, "one filter, no sizes");
        assert_eq!(file[14..16], [0x21, 1], "LZMA2");
        assert_eq!(dictionary(file[16]), expected);
        let filtered = encode(&xz(6, most, X86), &code(length.max(20_000))).expect("it is smaller");
        assert_eq!(filtered[13..18], [1, 0x04, 0, 0x21, 1], "x86, then LZMA2");
    }
}

#[test]
fn a_filter_is_used_where_it_pays_and_only_there() {
    let linked = code(131_072);
    let text = bytes(131_072, 10);
    let (plain, filtered) = (xz(6, 0, 0), xz(6, 0, ARM64 | X86));
    let sizes = [&plain, &filtered].map(|codec| encode(codec, &linked).map_or(0, |c| c.len()));
    assert!(sizes[1] < sizes[0], "{sizes:?}");
    assert_eq!(encode(&plain, &text), encode(&filtered, &text));
}

#[test]
fn damage_is_a_fault() {
    for (name, codec) in all() {
        let block = bytes(20_000, 20);
        let whole = encode(&codec, &block).expect("it is smaller");
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            let result = decode(name, &whole[..cut], block.len());
            assert!(result.is_err() || result != Ok(block.clone()), "{codec:?} cut to {cut} bytes");
        }
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            // A result or a fault; never more bytes than the limit, never the end of the process.
            if let Ok(bytes) = decode(name, &damaged, block.len()) {
                assert!(bytes.len() <= block.len());
            }
        }
    }
    assert!(decode("lzma", &[1, 2, 3], 100).is_err());
    assert!(decode("gzip", &[1, 2, 3], usize::MAX).is_err());
}

#[test]
fn settings_outside_the_scale_are_faults() {
    for (name, parameters) in [
        ("gzip", vec![0]),
        ("gzip", vec![13]),
        ("zstd", vec![0]),
        ("zstd", vec![-8]),
        ("zstd", vec![23]),
        ("lz4", vec![0]),
        ("lz4", vec![13]),
        ("lzo", vec![1]),
        ("xz", vec![-1]),
        ("xz", vec![10]),
        ("xz", vec![6, 2]),
        ("xz", vec![6, 0, 4095]),
        ("xz", vec![6, 0, i32::MAX]),
        ("xz", vec![6, 0, 0, 1 << MACHINES]),
        ("xz", vec![6, 0, 0, 0, 0, 0, 0]),
        ("cluster-lz4", vec![13, 12, 1]),
        ("cluster-lz4", vec![0, 8, 1]),
        ("cluster-lz4", vec![0, 12, 257]),
        ("cluster-lz4", vec![0, 12, 1, 4096]),
        ("cluster-lz4", vec![0, 12, 1, 0, 2]),
        ("cluster-lzma", vec![10, 12, 1, 32_768]),
        ("cluster-lzma", vec![6, 12, 1, 4095]),
        ("cluster-deflate", vec![0, 12, 1, 32_768]),
        ("cluster-zstd", vec![3, 12, 1, 5000]),
        ("lzop", vec![]),
    ] {
        assert!(Codec::new(name, &parameters).is_err(), "{name} {parameters:?}");
    }
}

#[test]
fn every_codec_names_its_library_with_a_version() {
    for entry in CODECS.iter() {
        let (library, version) = entry.library.split_once('@').expect("a version");
        assert!(!library.is_empty() && version.starts_with(|c: char| c.is_ascii_digit()), "{entry:?}");
    }
}
