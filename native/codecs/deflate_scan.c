/*
 * Finds the last block of a deflate stream (RFC 1951). Symbols are skipped, not decoded: a table gives for the next bits
 * how many of them belong to the symbol.
 */

#include "deflate_scan.h"

#include <string.h>

#define MAX_CODE_BITS 15
#define LITERALS 288
#define DISTANCES 32
#define LENGTH_CODES 19
#define END_OF_BLOCK 256

/* An entry of a table: the bits of a code and its extra bits, and its kind. */
#define BITS 0x1f
#define IS_LENGTH 0x80
#define IS_END 0x40
/* For code length codes, whose symbol is needed: five bits above the bits of the code. */
#define SYMBOL_SHIFT 3

enum block_type { STORED, FIXED, DYNAMIC };

struct reader {
	const uint8_t *stream;
	size_t length;
	/* In bits. */
	size_t at;
};

/* All entries for the next bits of a stream. */
struct table {
	uint32_t mask;
	uint8_t entries[1 << MAX_CODE_BITS];
};

/* The next bits, 57 or more of them; zeros after the end. */
static uint64_t peek(const struct reader *reader)
{
	const uint8_t *b = reader->stream + (reader->at >> 3);
	size_t left = reader->length - (reader->at >> 3);
	uint64_t word = 0;
	if (left >= 8) {
		word = (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
			(uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
	} else {
		for (size_t i = 0; i < left; i++) word |= (uint64_t)b[i] << (8 * i);
	}
	return word >> (reader->at & 7);
}

/* Skips `count` bits; false if there are fewer. */
static int skip(struct reader *reader, size_t count)
{
	reader->at += count;
	return reader->at <= reader->length * 8;
}

static uint32_t take(struct reader *reader, unsigned count, int *is_whole)
{
	uint32_t value = (uint32_t)peek(reader) & ((1u << count) - 1);
	if (!skip(reader, count)) *is_whole = 0;
	return value;
}

/* Codes are canonical (3.2.2), and start with their highest bit. `entry` is added to the length of each code. */
static int fill_table(struct table *table, const uint8_t *lengths, unsigned count, uint8_t (*entry)(unsigned, unsigned))
{
	unsigned counts[MAX_CODE_BITS + 1] = { 0 }, longest = 1;
	for (unsigned i = 0; i < count; i++) {
		counts[lengths[i]]++;
		if (lengths[i] > longest) longest = lengths[i];
	}
	uint32_t next[MAX_CODE_BITS + 1], code = 0;
	counts[0] = 0;
	for (unsigned bits = 1; bits <= MAX_CODE_BITS; bits++) {
		code = (code + counts[bits - 1]) << 1;
		next[bits] = code;
		if (code + counts[bits] > 1u << bits) return 0;
	}
	table->mask = (1u << longest) - 1;
	memset(table->entries, 0, (size_t)1 << longest);
	for (unsigned symbol = 0; symbol < count; symbol++) {
		unsigned bits = lengths[symbol];
		if (bits == 0) continue;
		uint32_t reversed = 0, value = next[bits]++;
		for (unsigned i = 0; i < bits; i++) reversed |= (value >> i & 1) << (bits - 1 - i);
		uint8_t filled = entry(symbol, bits);
		for (uint32_t at = reversed; at <= table->mask; at += 1u << bits) table->entries[at] = filled;
	}
	return 1;
}

/* Extra bits of lengths (3.2.5): none up to 264 and for 285, then one more for every four codes. */
static uint8_t literal_entry(unsigned symbol, unsigned bits)
{
	if (symbol < END_OF_BLOCK) return (uint8_t)bits;
	if (symbol == END_OF_BLOCK) return (uint8_t)(bits | IS_END);
	unsigned extra = symbol < 265 || symbol >= 285 ? 0 : (symbol - 261) / 4;
	return (uint8_t)((bits + extra) | IS_LENGTH);
}

static uint8_t distance_entry(unsigned symbol, unsigned bits)
{
	return (uint8_t)(bits + (symbol < 4 ? 0 : symbol / 2 - 1));
}

static uint8_t length_entry(unsigned symbol, unsigned bits) { return (uint8_t)(symbol << SYMBOL_SHIFT | bits); }

/* The lengths of the codes of a dynamic block (3.2.7); the two tables get filled. */
static int read_codes(struct reader *reader, struct table *literals, struct table *distances)
{
	static const uint8_t ORDER[LENGTH_CODES] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	uint8_t lengths[LITERALS + DISTANCES] = { 0 };
	int is_whole = 1;
	unsigned literal_count = take(reader, 5, &is_whole) + 257, distance_count = take(reader, 5, &is_whole) + 1;
	unsigned given = take(reader, 4, &is_whole) + 4, count = literal_count + distance_count;
	for (unsigned i = 0; i < given; i++) lengths[ORDER[i]] = (uint8_t)take(reader, 3, &is_whole);
	if (!is_whole || literal_count > LITERALS || !fill_table(literals, lengths, LENGTH_CODES, length_entry)) return 0;
	memset(lengths, 0, sizeof lengths);
	for (unsigned i = 0; i < count;) {
		uint8_t entry = literals->entries[peek(reader) & literals->mask];
		unsigned symbol = entry >> SYMBOL_SHIFT, repeat = 1;
		if (entry == 0 || !skip(reader, entry & ((1u << SYMBOL_SHIFT) - 1))) return 0;
		if (symbol == 16 && i == 0) return 0;
		uint8_t value = (uint8_t)(symbol < 16 ? symbol : symbol == 16 ? lengths[i - 1] : 0);
		if (symbol >= 16) repeat = symbol == 18 ? 11 + take(reader, 7, &is_whole) : 3 + take(reader, symbol - 14, &is_whole);
		if (!is_whole || repeat > count - i) return 0;
		while (repeat-- > 0) lengths[i++] = value;
	}
	return fill_table(literals, lengths, literal_count, literal_entry) &&
		fill_table(distances, lengths + literal_count, distance_count, distance_entry);
}

/* The codes of a fixed block (3.2.6). */
static int fixed_codes(struct table *literals, struct table *distances)
{
	uint8_t lengths[LITERALS];
	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	if (!fill_table(literals, lengths, LITERALS, literal_entry)) return 0;
	memset(lengths, 5, DISTANCES);
	return fill_table(distances, lengths, DISTANCES, distance_entry);
}

static int skip_symbols(struct reader *reader, const struct table *literals, const struct table *distances)
{
	for (;;) {
		/* A length, a distance and their extra bits have at most 48 bits. */
		uint64_t next = peek(reader);
		uint8_t entry = literals->entries[next & literals->mask];
		unsigned bits = entry & BITS;
		if (entry & IS_LENGTH) {
			uint8_t distance = distances->entries[next >> bits & distances->mask];
			if (distance == 0) return 0;
			bits += distance;
		}
		if (entry == 0 || !skip(reader, bits)) return 0;
		if (entry & IS_END) return 1;
	}
}

static int skip_stored(struct reader *reader)
{
	int is_whole = 1;
	reader->at = (reader->at + 7) / 8 * 8;
	if (reader->at > reader->length * 8) return 0;
	uint32_t length = take(reader, 16, &is_whole), complement = take(reader, 16, &is_whole);
	return is_whole && (length ^ complement) == 0xffff && skip(reader, (size_t)length * 8);
}

int deflate_find_end(const uint8_t *stream, size_t length, struct deflate_end *found)
{
	struct reader reader = { stream, length, 0 };
	struct table literals, distances;
	for (int is_last = 0; !is_last;) {
		int is_whole = 1, is_read = 0;
		found->header = reader.at;
		is_last = (int)take(&reader, 1, &is_whole);
		uint32_t type = take(&reader, 2, &is_whole);
		if (!is_whole) return 0;
		if (type == STORED) is_read = skip_stored(&reader);
		else if (type == FIXED) is_read = fixed_codes(&literals, &distances);
		else if (type == DYNAMIC) is_read = read_codes(&reader, &literals, &distances);
		if (!is_read || (type != STORED && !skip_symbols(&reader, &literals, &distances))) return 0;
	}
	found->end = reader.at;
	return 1;
}
