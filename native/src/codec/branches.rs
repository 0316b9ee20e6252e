//! Branch filters (BCJ) of xz: which there are, and a cheap look at whether a block is worth one.
//!
//! Branch instructions hold distances. A filter turns them into addresses, so that calls of one function from many places
//! become alike. That pays where a block has fewer addresses than distances: in linked code. In kernel modules, whose
//! calls all hold the same distance until they are loaded, in data and in text it does harm. Both numbers are known long
//! before anything is compressed.

/// A kind of machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// 32 and 64 bits.
    X86,
    /// Big endian.
    PowerPc,
    /// Bundles of three instructions.
    Ia64,
    /// Four-byte instructions of 32-bit ARM.
    Arm,
    /// Two-byte instructions of 32-bit ARM.
    ArmThumb,
    /// 64-bit ARM.
    Arm64,
    /// 32 and 64 bits.
    Sparc,
    /// 32 and 64 bits, little endian.
    RiscV,
}

/// One branch: the distance it holds and the address that this means, counted from the block.
type Branch = (u32, u32);

impl Machine {
    /// Every machine with its name.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("x86", Self::X86),
        ("powerpc", Self::PowerPc),
        ("ia64", Self::Ia64),
        ("arm", Self::Arm),
        ("armthumb", Self::ArmThumb),
        ("arm64", Self::Arm64),
        ("sparc", Self::Sparc),
        ("riscv", Self::RiscV),
    ];

    /// The machine of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, machine)| machine)
    }

    /// By how many values the branches of a block become fewer when they hold addresses; negative when they become more.
    pub fn gain(self, block: &[u8]) -> i64 {
        let (distances, addresses): (Vec<_>, Vec<_>) = self.branches(block).into_iter().unzip();
        distinct(distances) - distinct(addresses)
    }

    fn branches(self, block: &[u8]) -> Vec<Branch> {
        match self {
            Self::X86 => every(block, 1, x86),
            Self::PowerPc => every(block, 4, powerpc),
            Self::Ia64 => ia64(block),
            Self::Arm => every(block, 4, arm),
            Self::ArmThumb => every(block, 2, arm_thumb),
            Self::Arm64 => every(block, 4, arm64),
            Self::Sparc => every(block, 4, sparc),
            Self::RiscV => every(block, 2, riscv),
        }
    }
}

fn distinct(mut values: Vec<u32>) -> i64 {
    values.sort_unstable();
    values.dedup();
    values.len() as i64
}

/// The branches at all multiples of `step`.
fn every<const N: usize>(block: &[u8], step: usize, branch: fn(&[u8; N], u32) -> Option<Branch>) -> Vec<Branch> {
    let at = (0..).step_by(step);
    let windows = block.windows(N).step_by(step).zip(at);
    windows.filter_map(|(bytes, at)| branch(bytes.first_chunk()?, at)).collect()
}

/// call and jmp with four bytes of distance, of which the last tells whether it is a likely one.
fn x86(b: &[u8; 5], at: u32) -> Option<Branch> {
    if b[0] & 0xfe != 0xe8 || (b[4] != 0 && b[4] != 0xff) {
        return None;
    }
    let distance = u32::from_le_bytes([b[1], b[2], b[3], b[4]]);
    Some((distance, distance.wrapping_add(at)))
}

/// bl: an absolute bit that is clear, a link bit that is set.
fn powerpc(b: &[u8; 4], at: u32) -> Option<Branch> {
    let word = u32::from_be_bytes(*b);
    (word & 0xfc00_0003 == 0x4800_0001).then(|| within(word & 0x03ff_fffc, at, 0x03ff_fffc))
}

/// bl, unconditional.
fn arm(b: &[u8; 4], at: u32) -> Option<Branch> {
    let word = u32::from_le_bytes(*b);
    (word >> 24 == 0xeb).then(|| within(word & 0x00ff_ffff, at / 4, 0x00ff_ffff))
}

/// bl, a pair of half words.
fn arm_thumb(b: &[u8; 4], at: u32) -> Option<Branch> {
    let (high, low) = (u16::from_le_bytes([b[0], b[1]]), u16::from_le_bytes([b[2], b[3]]));
    let distance = u32::from(high & 0x07ff) << 11 | u32::from(low & 0x07ff);
    (high & 0xf800 == 0xf000 && low & 0xf800 == 0xf800).then(|| within(distance, at / 2, 0x003f_ffff))
}

/// bl.
fn arm64(b: &[u8; 4], at: u32) -> Option<Branch> {
    let word = u32::from_le_bytes(*b);
    (word >> 26 == 0x25).then(|| within(word & 0x03ff_ffff, at / 4, 0x03ff_ffff))
}

/// call, of which the upper bits of the distance are a sign.
fn sparc(b: &[u8; 4], at: u32) -> Option<Branch> {
    let word = u32::from_be_bytes(*b);
    matches!(word >> 22, 0x100 | 0x1ff).then(|| within(word & 0x3fff_ffff, at / 4, 0x3fff_ffff))
}

/// jal that keeps its return address where calls do.
fn riscv(b: &[u8; 4], at: u32) -> Option<Branch> {
    let word = u32::from_le_bytes(*b);
    let distance = (word >> 31) << 20 | (word >> 12 & 0xff) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 0x3ff) << 1;
    matches!(word & 0xfff, 0x0ef | 0x2ef).then(|| within(distance, at, 0x001f_ffff))
}

/// br.call in the slots where the bundle's template allows one.
fn ia64(block: &[u8]) -> Vec<Branch> {
    /// Slots for branches, one bit each, by template.
    const SLOTS: [u8; 32] =
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0];
    let mut branches = Vec::new();
    for (bundle, at) in block.as_chunks::<16>().0.iter().zip((0..).step_by(16)) {
        let bits = u128::from_le_bytes(*bundle);
        for slot in (0..3).filter(|slot| SLOTS[(bits & 0x1f) as usize] >> slot & 1 == 1) {
            let instruction = (bits >> (5 + 41 * slot)) as u64;
            if instruction >> 37 & 0xf == 5 && instruction >> 9 & 7 == 0 {
                let distance = (instruction >> 13 & 0xf_ffff | (instruction >> 36 & 1) << 20) as u32;
                branches.push(within(distance, at / 16, 0x001f_ffff));
            }
        }
    }
    branches
}

/// A branch whose distance has only the bits of `mask`.
fn within(distance: u32, at: u32, mask: u32) -> Branch {
    (distance, distance.wrapping_add(at) & mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls from 500 places to 5 functions.
    fn calls(step: usize, call: impl Fn(i32) -> Vec<u8>) -> Vec<u8> {
        let mut code = vec![0x11; 500 * step];
        for (index, place) in (0..code.len()).step_by(step).enumerate() {
            let function = (index % 5 * 1024) as i32;
            let bytes = call(function - place as i32);
            code[place..place + bytes.len()].copy_from_slice(&bytes);
        }
        code
    }

    fn bits(value: i32, shift: u32, count: u32) -> u32 {
        value as u32 >> shift & ((1 << count) - 1)
    }

    #[test]
    fn calls_of_few_functions_are_a_gain_on_their_machine() {
        let made: [(Machine, Vec<u8>); 8] = [
            (Machine::X86, calls(23, |d| [&[0xe8], (d - 5).to_le_bytes().as_slice()].concat())),
            (Machine::PowerPc, calls(32, |d| (0x4800_0001 | bits(d, 2, 24) << 2).to_be_bytes().to_vec())),
            (Machine::Arm, calls(32, |d| (0xeb00_0000 | bits(d - 8, 2, 24)).to_le_bytes().to_vec())),
            (Machine::Arm64, calls(32, |d| (0x9400_0000 | bits(d, 2, 26)).to_le_bytes().to_vec())),
            (Machine::Sparc, calls(32, |d| (1 << 30 | bits(d, 2, 30)).to_be_bytes().to_vec())),
            (
                Machine::ArmThumb,
                calls(26, |d| {
                    let (high, low) = (0xf000 | bits(d - 4, 12, 11) as u16, 0xf800 | bits(d - 4, 1, 11) as u16);
                    [high.to_le_bytes(), low.to_le_bytes()].concat()
                }),
            ),
            (
                Machine::RiscV,
                calls(26, |d| {
                    let imm = bits(d, 20, 1) << 31 | bits(d, 1, 10) << 21 | bits(d, 11, 1) << 20 | bits(d, 12, 8) << 12;
                    (imm | 0xef).to_le_bytes().to_vec()
                }),
            ),
            (
                Machine::Ia64,
                calls(48, |d| {
                    let branch = 5_u128 << 37 | u128::from(bits(d, 24, 1)) << 36 | u128::from(bits(d, 4, 20)) << 13;
                    (0x10 | branch << (5 + 82)).to_le_bytes().to_vec()
                }),
            ),
        ];
        for (machine, code) in &made {
            assert!(machine.gain(code) > 300, "{machine:?} gains {}", machine.gain(code));
            for (other, _) in
                Machine::NAMES.iter().map(|&(_, other)| (other, ())).filter(|(other, ())| other != machine)
            {
                assert!(other.gain(code) < 100, "{other:?} gains {} by the code of {machine:?}", other.gain(code));
            }
        }
    }

    #[test]
    fn calls_to_be_linked_later_are_a_loss_and_text_is_nothing() {
        let module = calls(23, |_| vec![0xe8, 0, 0, 0, 0]);
        assert_eq!(Machine::X86.gain(&module), 1 - 500);
        let text = b"A block of text has no branches at all. ".repeat(100);
        for (_, machine) in Machine::NAMES {
            assert_eq!(machine.gain(&text), 0, "{machine:?}");
            assert_eq!(machine.gain(&text[..3]), 0);
            assert_eq!(machine.gain(&[]), 0);
        }
    }

    #[test]
    fn names_name() {
        for (name, machine) in Machine::NAMES {
            assert_eq!(Machine::named(name), Some(machine));
        }
        assert_eq!(Machine::named("vax"), None);
    }
}
