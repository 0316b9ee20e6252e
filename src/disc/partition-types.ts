// Names of partition types: of a GPT by their GUID, of an MBR by their byte.

/** UEFI 2.11 §5.3.3, the Discoverable Partitions Specification, and the makers of the systems. */
const GPT: Readonly<Record<string, string>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'EFI system',
  '21686148-6449-6e6f-744e-656564454649': 'BIOS boot',
  'bc13c2ff-59e6-4262-a352-b275fd6f7172': 'extended boot loader',
  'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7': 'Microsoft basic data',
  'e3c9e316-0b5c-4db8-817d-f92df00215ae': 'Microsoft reserved',
  'de94bba4-06d1-4d40-a16a-bfd50179d6ac': 'Windows recovery',
  '0fc63daf-8483-4772-8e79-3d69d8477de4': 'Linux file system',
  '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f': 'Linux swap',
  'e6d6d379-f507-44c2-a23c-238f2a3df928': 'Linux LVM',
  'a19d880f-05fc-4d3b-a006-743f0f84911e': 'Linux RAID',
  'ca7d7ccb-63ed-4c53-861c-1742536059cc': 'LUKS',
  '4f68bce3-e8cd-4db1-96e7-fbcaf984b709': 'Linux root (x86-64)',
  '44479540-f297-41b2-9af7-d131d5f0458a': 'Linux root (x86)',
  'b921b045-1df0-41c3-af44-4c6f280d3fae': 'Linux root (arm64)',
  '69dad710-2ce4-4e3c-b16c-21a1d49abed3': 'Linux root (arm)',
  '72ec70a6-cf74-40e6-bd49-4bda08e8f224': 'Linux root (riscv64)',
  '2c7357ed-ebd2-46d9-aec1-23d437ec2bf5': 'Linux root verity (x86-64)',
  '8484680c-9521-48c6-9c11-b0720656f69e': 'Linux /usr (x86-64)',
  '77ff5f63-e7b6-4633-acf4-1565b864c0e6': 'Linux /usr verity (x86-64)',
  '933ac7e1-2eb4-4f13-b844-0e14e2aef915': 'Linux home',
  '3b8f8425-20e0-4f3b-907f-1a25a76f98e8': 'Linux server data',
  '4d21b016-b534-45c2-a9fb-5c16e091fd2d': 'Linux /var',
  '48465300-0000-11aa-aa11-00306543ecac': 'Apple HFS+',
  '7c3457ef-0000-11aa-aa11-00306543ecac': 'Apple APFS',
};

const MBR: Readonly<Record<string, string>> = {
  '0x00': 'empty',
  '0x01': 'FAT12',
  '0x04': 'FAT16',
  '0x05': 'extended',
  '0x06': 'FAT16',
  '0x07': 'NTFS or exFAT',
  '0x0b': 'FAT32',
  '0x0c': 'FAT32',
  '0x0e': 'FAT16',
  '0x0f': 'extended',
  '0x17': 'hidden',
  '0x82': 'Linux swap',
  '0x83': 'Linux',
  '0x85': 'extended',
  '0x8e': 'Linux LVM',
  '0xaf': 'Apple HFS',
  '0xcd': 'ISO 9660',
  '0xee': 'protects the GPT',
  '0xef': 'EFI system',
  '0xfd': 'Linux RAID',
};

/** Whether a type, of either table, is that of an EFI system partition. */
export function isEspType(type: string): boolean {
  return (GPT[type] ?? MBR[type]) === 'EFI system';
}

/** Whether an MBR type is that of an extended partition: by cylinders, by sectors, or Linux's. */
export function isExtendedType(type: string): boolean {
  return MBR[type] === 'extended';
}

/** `EFI system`; the type itself if it has no name here. */
export function partitionTypeName(table: 'mbr' | 'gpt', type: string): string {
  return (table === 'gpt' ? GPT : MBR)[type] ?? `type ${type}`;
}
