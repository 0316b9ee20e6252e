/* See branches.h. */

#include "branches.h"

#include <stdlib.h>

/* Called for each branch with its distance and the address that this means, relative to the block. */
typedef void found(void *context, uint32_t distance, uint32_t address);

static uint32_t le32(const uint8_t *b) { return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24; }
static uint32_t be32(const uint8_t *b) { return b[3] | (uint32_t)b[2] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[0] << 24; }

/* call and jmp with a distance of four bytes; its last byte shows whether it is plausible. */
static void walk_x86(const uint8_t *block, size_t length, found *found, void *context)
{
	for (size_t at = 0; at + 5 <= length; at++) {
		const uint8_t *b = block + at;
		if ((b[0] & 0xfe) != 0xe8 || (b[4] != 0 && b[4] != 0xff)) continue;
		uint32_t distance = le32(b + 1);
		found(context, distance, distance + (uint32_t)at);
	}
}

/* One instruction of four bytes: whether it is a call, and its distance in units of `unit` bytes. */
struct words {
	uint32_t (*load)(const uint8_t *);
	uint32_t select, match, other_match, mask, unit;
	size_t step;
};

static void walk_words(const struct words *w, const uint8_t *block, size_t length, found *found, void *context)
{
	for (size_t at = 0; at + 4 <= length; at += w->step) {
		uint32_t word = w->load(block + at);
		uint32_t selected = word & w->select;
		if (selected != w->match && selected != w->other_match) continue;
		uint32_t distance = word & w->mask;
		found(context, distance, (distance + (uint32_t)at / w->unit) & w->mask);
	}
}

/* bl: an absolute bit that is clear, a link bit that is set. */
static const struct words powerpc = { be32, 0xfc000003, 0x48000001, 0x48000001, 0x03fffffc, 1, 4 };
/* bl, unconditional. */
static const struct words arm = { le32, 0xff000000, 0xeb000000, 0xeb000000, 0x00ffffff, 4, 4 };
/* bl. */
static const struct words arm64 = { le32, 0xfc000000, 0x94000000, 0x94000000, 0x03ffffff, 4, 4 };
/* call; the upper bits of the distance are a sign. */
static const struct words sparc = { be32, 0xffc00000, 0x40000000, 0x7fc00000, 0x3fffffff, 4, 4 };

/* bl, a pair of half words. */
static void walk_arm_thumb(const uint8_t *block, size_t length, found *found, void *context)
{
	for (size_t at = 0; at + 4 <= length; at += 2) {
		uint32_t pair = le32(block + at);
		if ((pair & 0xf800f800) != 0xf800f000) continue;
		uint32_t distance = (pair & 0x7ff) << 11 | (pair >> 16 & 0x7ff);
		found(context, distance, (distance + (uint32_t)at / 2) & 0x3fffff);
	}
}

/* jal that keeps its return address where calls do. */
static void walk_riscv(const uint8_t *block, size_t length, found *found, void *context)
{
	for (size_t at = 0; at + 4 <= length; at += 2) {
		uint32_t word = le32(block + at);
		if ((word & 0xfff) != 0x0ef && (word & 0xfff) != 0x2ef) continue;
		uint32_t distance =
			word >> 31 << 20 | (word >> 12 & 0xff) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 0x3ff) << 1;
		found(context, distance, (distance + (uint32_t)at) & 0x1fffff);
	}
}

/* br.call in the slots where the template of a bundle allows one. */
static void walk_ia64(const uint8_t *block, size_t length, found *found, void *context)
{
	/* Slots for branches, one bit each, by template. */
	static const uint8_t SLOTS[32] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	                                   4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0 };
	for (size_t at = 0; at + 16 <= length; at += 16) {
		const uint8_t *b = block + at;
		uint64_t low = le32(b) | (uint64_t)le32(b + 4) << 32;
		uint64_t high = le32(b + 8) | (uint64_t)le32(b + 12) << 32;
		/* Three instructions of 41 bits, after five bits of template. */
		const uint64_t instructions[3] = { low >> 5, low >> 46 | high << 18, high >> 23 };
		for (int slot = 0; slot < 3; slot++) {
			uint64_t instruction = instructions[slot];
			if ((SLOTS[low & 0x1f] >> slot & 1) == 0) continue;
			if ((instruction >> 37 & 0xf) != 5 || (instruction >> 9 & 7) != 0) continue;
			uint32_t distance = (uint32_t)((instruction >> 13 & 0xfffff) | (instruction >> 36 & 1) << 20);
			found(context, distance, (distance + (uint32_t)at / 16) & 0x1fffff);
		}
	}
}

static void walk(enum machine machine, const uint8_t *block, size_t length, found *found, void *context)
{
	switch (machine) {
	case X86: walk_x86(block, length, found, context); break;
	case POWERPC: walk_words(&powerpc, block, length, found, context); break;
	case IA64: walk_ia64(block, length, found, context); break;
	case ARM: walk_words(&arm, block, length, found, context); break;
	case ARM_THUMB: walk_arm_thumb(block, length, found, context); break;
	case SPARC: walk_words(&sparc, block, length, found, context); break;
	case ARM64: walk_words(&arm64, block, length, found, context); break;
	case RISCV: walk_riscv(block, length, found, context); break;
	default: break;
	}
}

/* Sets of numbers: open addressing; 0 is stored separately. */
struct sets {
	uint32_t *slots[2];
	uint32_t mask;
	int64_t sizes[2];
	int has_zero[2];
};

static void count(void *context, uint32_t distance, uint32_t address)
{
	(void)distance, (void)address;
	++*(size_t *)context;
}

static void insert(struct sets *sets, int which, uint32_t value)
{
	if (value == 0) {
		sets->sizes[which] += !sets->has_zero[which];
		sets->has_zero[which] = 1;
		return;
	}
	uint32_t *slots = sets->slots[which];
	uint32_t at = value * 0x9e3779b1u;
	for (at ^= at >> 15;; at++) {
		uint32_t *slot = slots + (at & sets->mask);
		if (*slot == value) return;
		if (*slot != 0) continue;
		*slot = value;
		sets->sizes[which]++;
		return;
	}
}

static void collect(void *context, uint32_t distance, uint32_t address)
{
	insert(context, 0, distance);
	insert(context, 1, address);
}

int64_t branch_gain(enum machine machine, const uint8_t *block, size_t length)
{
	size_t branches = 0;
	walk(machine, block, length, count, &branches);
	if (branches < 2) return 0;
	size_t slots = 4;
	while (slots < 2 * branches) slots *= 2;
	uint32_t *memory = calloc(2 * slots, sizeof *memory);
	if (memory == NULL) return 0;
	struct sets sets = { { memory, memory + slots }, (uint32_t)slots - 1, { 0, 0 }, { 0, 0 } };
	walk(machine, block, length, collect, &sets);
	free(memory);
	return sets.sizes[0] - sets.sizes[1];
}
