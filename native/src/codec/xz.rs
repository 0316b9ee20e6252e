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
    /// Filters to try on blocks that look like such machine code.
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
    plain: Stream,
    filtered: Stream,
}

impl Xz {
    /// An encoder; its tables are made when the first block comes.
    pub fn new(settings: Settings) -> Self {
        Self { settings, plain: Stream::new(), filtered: Stream::new() }
    }
}

impl Encoder for Xz {
    fn encode(&mut self, block: &[u8]) -> Result<Option<&[u8]>, Fault> {
        let Some(limit) = block.len().checked_sub(1) else { return Ok(None) };
        let settings = &self.settings;
        let (machine, attempt) = judge(&settings.filters, block);
        let plain = match attempt {
            Attempt::Filtered => None,
            Attempt::Plain | Attempt::Both => self.plain.encode(settings, None, block, limit)?,
        };
        let filtered = match (attempt, machine) {
            (Attempt::Filtered | Attempt::Both, Some(machine)) => {
                let limit = plain.map_or(limit, |length| length - 1);
                self.filtered.encode(settings, Some(machine), block, limit)?
            }
            _ => None,
        };
        // SAFETY: the streams have written so many bytes.
        Ok(unsafe {
            match (plain, filtered) {
                (_, Some(length)) => Some(self.filtered.output.written(length)),
                (Some(length), None) => Some(self.plain.output.written(length)),
                (None, None) => None,
            }
        })
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

/// What to try on a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    Plain,
    Filtered,
    Both,
}

/// Bytes of a block for each value by which its branches become fewer: with more of them the filter is not tried, with
/// fewer nothing else is. From a survey of 128 KiB blocks of a Debian root with x86 code: below the range the filter always
/// lost or won less than a hundred bytes, above it always won. Other machines were not surveyed.
const TRY_FROM: usize = 2048;
const SURE_FROM: usize = 1024;

/// The likeliest machine of a block, and what to try.
fn judge(filters: &[Machine], block: &[u8]) -> (Option<Machine>, Attempt) {
    let gains = filters.iter().map(|&machine| (machine.gain(block), machine));
    let Some((gain, machine)) = gains.max_by_key(|&(gain, _)| gain) else { return (None, Attempt::Plain) };
    let gain = usize::try_from(gain).unwrap_or(0);
    let attempt = if gain > block.len() / SURE_FROM {
        Attempt::Filtered
    } else if gain > block.len() / TRY_FROM {
        Attempt::Both
    } else {
        Attempt::Plain
    };
    (Some(machine), attempt)
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
