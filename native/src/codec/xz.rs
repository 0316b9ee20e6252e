//! xz files of one block by liblzma, as the kernel's xz_dec reads them: LZMA2 with a dictionary no larger than announced,
//! a CRC-32, and at most one branch filter in front.

use super::{Encoder, Fault, Machine, Output, within};
use liblzma_sys as ffi;
use std::ffi::CStr;
use std::{mem, ptr};

/// Smallest dictionary of LZMA2.
const MIN_DICTIONARY: u32 = 4096;
/// What a decoder may allocate: the largest dictionary and change.
const DECODER_MEMORY: u64 = 128 << 20;

/// Settings of an encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// 0 to 9.
    pub preset: i32,
    /// Spend more time for less size.
    pub extreme: bool,
    /// Most bytes of the dictionary; without it, as much as a block.
    pub dictionary: Option<u32>,
    /// Filters, each to be tried on blocks that look like its code.
    pub filters: Vec<Machine>,
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), Fault> {
        within("a level of xz", self.preset, 0, 9)?;
        match self.dictionary {
            Some(size) if !(MIN_DICTIONARY..=super::MAX_BLOCK as u32).contains(&size) => {
                Err(Fault::new(format!("{size} bytes cannot be a dictionary of xz")))
            }
            _ => Ok(()),
        }
    }
}

/// The encoder of one thread.
pub struct Xz {
    settings: Settings,
    /// Holds the smallest result of a block so far.
    best: Stream,
    attempt: Stream,
}

impl Xz {
    /// An encoder; its tables are made when the first block comes.
    pub fn new(settings: Settings) -> Self {
        Self { settings, best: Stream::new(), attempt: Stream::new() }
    }
}

impl Encoder for Xz {
    fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault> {
        let Some(limit) = block.len().checked_sub(1) else { return Ok(None) };
        let mut best = None;
        for machine in attempts(&self.settings.filters, block) {
            let limit = best.map_or(limit, |length: usize| length - 1);
            if let Some(length) = self.attempt.encode(&self.settings, machine, block, limit)? {
                mem::swap(&mut self.best, &mut self.attempt);
                best = Some(length);
            }
        }
        // SAFETY: the stream has written so many bytes.
        Ok(best.map(|length| unsafe { self.best.output.written(length) }))
    }
}

/// What liblzma needs to encode one block after the other, in memory that is used again.
struct Stream {
    raw: ffi::lzma_stream,
    output: Output,
}

impl Stream {
    fn new() -> Self {
        // SAFETY: all zeros is how the library wants a stream to begin with.
        Self { raw: unsafe { mem::zeroed() }, output: Output::default() }
    }

    /// Bytes of the file, or nothing when it does not fit into `limit` bytes.
    fn encode(
        &mut self,
        settings: &Settings,
        machine: Option<Machine>,
        block: &[u8],
        limit: usize,
    ) -> Result<Option<usize>, Fault> {
        let output = self.output.room(limit)?;
        let mut lzma = options(settings, machine, block.len())?;
        let lzma2 = ffi::lzma_filter { id: ffi::LZMA_FILTER_LZMA2, options: (&raw mut lzma).cast() };
        let end = ffi::lzma_filter { id: ffi::LZMA_VLI_UNKNOWN, options: ptr::null_mut() };
        let chain = match machine {
            None => vec![lzma2, end],
            Some(machine) => vec![ffi::lzma_filter { id: filter_id(machine), options: ptr::null_mut() }, lzma2, end],
        };
        // SAFETY: the stream is alive and the chain ends; the library keeps nothing of it.
        let status = unsafe { ffi::lzma_stream_encoder(&raw mut self.raw, chain.as_ptr(), ffi::LZMA_CHECK_CRC32) };
        if status != ffi::LZMA_OK {
            return Err(Fault::new(format!("liblzma refuses the settings, with status {status}")));
        }
        self.raw.next_in = block.as_ptr();
        self.raw.avail_in = block.len();
        self.raw.next_out = output;
        self.raw.avail_out = limit;
        // SAFETY: the block is valid, and the output has room for `limit` bytes.
        match unsafe { ffi::lzma_code(&raw mut self.raw, ffi::LZMA_FINISH) } {
            ffi::LZMA_STREAM_END => Ok(Some(limit - self.raw.avail_out)),
            ffi::LZMA_OK | ffi::LZMA_BUF_ERROR => Ok(None),
            status => Err(Fault::new(format!("liblzma fails with status {status}"))),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: it is zeros or what the library made of it, and ends once.
        unsafe { ffi::lzma_end(&raw mut self.raw) };
    }
}

/// Bytes of a block for each value by which its branches become fewer: with more of them a filter is not tried, with fewer
/// the block is not tried without. From a survey of 128 KiB blocks of Debian roots with x86 and arm64 code: below the range
/// the filter lost, or won next to nothing, above it won. Other machines were not surveyed.
const TRY_FROM: usize = 2048;
const SURE_FROM: usize = 1024;

/// The filters that promise something for a block, in their order; before them none at all, unless one is sure to win.
fn attempts(filters: &[Machine], block: &[u8]) -> Vec<Option<Machine>> {
    let gains: Vec<_> =
        filters.iter().map(|&machine| (machine, usize::try_from(machine.gain(block)).unwrap_or(0))).collect();
    let is_sure = gains.iter().any(|&(_, gain)| gain > block.len() / SURE_FROM);
    let plain = (!is_sure).then_some(None);
    let promising = gains.into_iter().filter(|&(_, gain)| gain > block.len() / TRY_FROM);
    plain.into_iter().chain(promising.map(|(machine, _)| Some(machine))).collect()
}

/// The preset's, with a dictionary that reaches over the block and no further.
fn options(settings: &Settings, machine: Option<Machine>, length: usize) -> Result<ffi::lzma_options_lzma, Fault> {
    let mut preset = settings.preset as u32;
    if settings.extreme {
        preset |= ffi::LZMA_PRESET_EXTREME;
    }
    // SAFETY: plain numbers and pointers, for which all zeros are values; the library fills them in.
    let mut options: ffi::lzma_options_lzma = unsafe { mem::zeroed() };
    // SAFETY: the options are valid.
    if unsafe { ffi::lzma_lzma_preset(&raw mut options, preset) } != 0 {
        return Err(Fault::new("liblzma does not know the preset"));
    }
    options.dict_size = dictionary(length).min(settings.dictionary.unwrap_or(u32::MAX));
    // Where instructions lie at multiples of 2, 4 or 16 bytes, the place in them tells more than the byte before.
    match machine {
        None | Some(Machine::X86) => {}
        Some(Machine::ArmThumb | Machine::RiscV) => options.lp = 1,
        Some(Machine::Arm | Machine::Arm64 | Machine::PowerPc | Machine::Sparc) => (options.lc, options.lp) = (2, 2),
        Some(Machine::Ia64) => (options.lc, options.lp, options.pb) = (0, 4, 4),
    }
    Ok(options)
}

/// The smallest dictionary for `length` bytes that the format can name: 2^n or 3 * 2^n.
fn dictionary(length: usize) -> u32 {
    let length = u32::try_from(length).unwrap_or(u32::MAX >> 1).max(MIN_DICTIONARY);
    let power = length.next_power_of_two();
    if power / 4 * 3 >= length { power / 4 * 3 } else { power }
}

fn filter_id(machine: Machine) -> ffi::lzma_vli {
    match machine {
        Machine::X86 => ffi::LZMA_FILTER_X86,
        Machine::PowerPc => ffi::LZMA_FILTER_POWERPC,
        Machine::Ia64 => ffi::LZMA_FILTER_IA64,
        Machine::Arm => ffi::LZMA_FILTER_ARM,
        Machine::ArmThumb => ffi::LZMA_FILTER_ARMTHUMB,
        Machine::Arm64 => ffi::LZMA_FILTER_ARM64,
        Machine::Sparc => ffi::LZMA_FILTER_SPARC,
        Machine::RiscV => ffi::LZMA_FILTER_RISCV,
    }
}

/// Decompresses one file; gives the bytes written.
pub fn decode(block: &[u8], output: &mut [u8]) -> Result<usize, Fault> {
    let (mut read, mut written, mut memory) = (0, 0, DECODER_MEMORY);
    // SAFETY: both slices are valid for their lengths.
    let status = unsafe {
        ffi::lzma_stream_buffer_decode(
            &raw mut memory,
            0,
            ptr::null(),
            block.as_ptr(),
            &raw mut read,
            block.len(),
            output.as_mut_ptr(),
            &raw mut written,
            output.len(),
        )
    };
    match status {
        ffi::LZMA_OK if read == block.len() => Ok(written),
        ffi::LZMA_BUF_ERROR => Err(Fault::new("the block is cut off, or longer than its limit")),
        _ => Err(Fault::new("the block is not an xz file")),
    }
}

/// Version of the library: `5.8.1`.
pub fn version() -> String {
    // SAFETY: the library gives a constant text.
    unsafe { CStr::from_ptr(ffi::lzma_version_string()) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` instructions of four bytes that call five functions, from `start` on.
    fn calls(start: usize, count: usize, call: impl Fn(i32) -> [u8; 4]) -> Vec<u8> {
        let code = (0..count).flat_map(|index| {
            let place = start + 32 * index;
            let distance = (index % 5 * 4096) as i32 - place as i32;
            let filler = (0..28).map(move |i| (index * 7 + i * i) as u8 & 0x3f);
            call(distance).into_iter().chain(filler)
        });
        code.collect()
    }

    fn arm64(distance: i32) -> [u8; 4] {
        (0x9400_0000 | (distance >> 2) as u32 & 0x03ff_ffff).to_le_bytes()
    }

    fn powerpc(distance: i32) -> [u8; 4] {
        (0x4800_0001 | distance as u32 & 0x03ff_fffc).to_be_bytes()
    }

    fn size(filters: &[Machine], block: &[u8]) -> usize {
        let settings = Settings { preset: 6, extreme: false, dictionary: None, filters: filters.to_vec() };
        Xz::new(settings).encode(block).unwrap().unwrap().len()
    }

    #[test]
    fn of_several_filters_the_one_that_gives_least_is_taken() {
        let [first, second] = [(300, 1000), (1000, 300)]
            .map(|(ours, theirs)| [calls(0, ours, arm64), calls(32 * ours, theirs, powerpc)].concat());
        for block in [first, second] {
            let (plain, one, other) =
                (size(&[], &block), size(&[Machine::Arm64], &block), size(&[Machine::PowerPc], &block));
            assert!(one < plain && other < plain && one != other, "{plain} {one} {other}");
            for filters in [[Machine::Arm64, Machine::PowerPc], [Machine::PowerPc, Machine::Arm64]] {
                assert_eq!(attempts(&filters, &block), filters.map(Some));
                assert_eq!(size(&filters, &block), one.min(other));
            }
        }
    }

    #[test]
    fn filters_are_tried_only_on_what_looks_like_their_code() {
        let text = b"A block of text has no branches at all. ".repeat(100);
        assert_eq!(attempts(&[Machine::X86, Machine::Arm64], &text), [None]);
        let code = calls(0, 1000, arm64);
        assert_eq!(attempts(&[Machine::X86, Machine::Arm64], &code), [Some(Machine::Arm64)]);
        assert_eq!(attempts(&[Machine::X86], &code), [None]);
        // Few branches among much else: nobody knows before it was tried.
        let mixed = [calls(0, 30, arm64), b"text that follows a little code ".repeat(1200)].concat();
        assert_eq!(attempts(&[Machine::Arm64], &mixed), [None, Some(Machine::Arm64)]);
    }
}
