/*
 * LZO1X blocks without a frame, as Linux describes the stream (Documentation/staging/lzo.rst). There are no parameters:
 * one way to compress, by hash chains with lazy matching. The encoder is written here, as no C library with a suitable
 * licence has one.
 */

#include "table.h"

#include <stdlib.h>
#include <string.h>

/* Matches of the four kinds reach back this far. */
#define NEAR_DISTANCE 0x0800
#define MIDDLE_DISTANCE 0x4000
#define FAR_DISTANCE 0xbfff
/* A near match of three bytes after four literals or more reaches from here to the end of 1024 further bytes. */
#define AFTER_LITERALS_DISTANCE (NEAR_DISTANCE + 0x0400)
/* Longest matches whose length is in the instruction itself. */
#define NEAR_LENGTH 8
#define MIDDLE_LENGTH 33
#define FAR_LENGTH 9
#define LEAST_LENGTH 3

#define HASH_LOG 15
#define WINDOW 0x10000
/* Candidates tried for one position, and a length that ends the search. */
#define DEPTH 512
#define LONG_ENOUGH 1024

struct encoder {
	/* Position + 1 of the latest three bytes of each hash; 0: none. */
	uint32_t heads[1 << HASH_LOG];
	/* The same for the position before one with the same hash. */
	uint32_t chain[WINDOW];
};

struct match {
	uint32_t length, distance;
	/* Bytes saved compared with literals. */
	int32_t gain;
};

struct output {
	uint8_t *start, *next, *end;
	/* The byte of the previous instruction that has the number of literals after it, if they are three or fewer. */
	uint8_t *literals;
	int is_full;
};

static const char *library(void) { return "lzo1x@1"; }
static int check(const int32_t *parameters) { return parameters[0] == 0; }
static void *open_encoder(const int32_t *parameters) { (void)parameters; return malloc(sizeof(struct encoder)); }
static void close_encoder(void *state) { free(state); }

static uint32_t hash(const uint8_t *b)
{
	return ((b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16) * 0x9e3779b1u) >> (32 - HASH_LOG);
}

static void put(struct output *out, uint32_t byte)
{
	if (out->next == out->end) out->is_full = 1;
	else *out->next++ = (uint8_t)byte;
}

/* A length that does not fit into its instruction. */
static void put_length(struct output *out, uint32_t length)
{
	for (; length > 255; length -= 255) put(out, 0);
	put(out, length);
}

static int32_t length_bytes(uint32_t length, uint32_t within)
{
	return length <= within ? 0 : (int32_t)((length - within + 254) / 255);
}

static int32_t cost(uint32_t length, uint32_t distance, uint32_t literals)
{
	if (distance <= NEAR_DISTANCE && length <= NEAR_LENGTH) return 2;
	if (literals > 3 && length == 3 && distance > NEAR_DISTANCE && distance <= AFTER_LITERALS_DISTANCE) return 2;
	return 3 + length_bytes(length, distance <= MIDDLE_DISTANCE ? MIDDLE_LENGTH : FAR_LENGTH);
}

static void insert(struct encoder *encoder, const uint8_t *block, size_t length, size_t at)
{
	if (at + LEAST_LENGTH > length) return;
	uint32_t *head = encoder->heads + hash(block + at);
	encoder->chain[at % WINDOW] = *head;
	*head = (uint32_t)at + 1;
}

static uint32_t common(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	const uint8_t *start = b;
	while (b < end && *a == *b) a++, b++;
	return (uint32_t)(b - start);
}

/* The match at a position that saves the most bytes. `literals` precede it. */
static struct match find(const struct encoder *encoder, const uint8_t *block, size_t length, size_t at, uint32_t literals)
{
	struct match best = { 0, 0, 0 };
	if (at + LEAST_LENGTH > length) return best;
	const uint8_t *end = block + length;
	uint32_t candidate = encoder->heads[hash(block + at)];
	for (int left = DEPTH; candidate != 0 && left > 0; left--) {
		uint32_t distance = (uint32_t)at - (candidate - 1);
		if (distance > FAR_DISTANCE) break;
		const uint8_t *there = block + at - distance;
		if (best.length == 0 || at + best.length >= length || there[best.length] == block[at + best.length]) {
			uint32_t matched = common(there, block + at, end);
			int32_t gain = (int32_t)matched - cost(matched, distance, literals);
			if (matched >= LEAST_LENGTH && gain > best.gain) best = (struct match){ matched, distance, gain };
			if (matched >= LONG_ENOUGH) break;
		}
		candidate = encoder->chain[(candidate - 1) % WINDOW];
	}
	return best;
}

static void put_literals(struct output *out, const uint8_t *from, uint32_t count)
{
	if (count == 0) return;
	if (out->next == out->start && count <= 238) put(out, count + 17);
	else if (out->literals != NULL && count <= 3) *out->literals |= (uint8_t)count;
	else if (count <= 18) put(out, count - 3);
	else {
		put(out, 0);
		put_length(out, count - 18);
	}
	if ((size_t)(out->end - out->next) < count) {
		out->is_full = 1;
		return;
	}
	memcpy(out->next, from, count);
	out->next += count;
}

/* A distance of two bytes; the lowest two bits are left for the number of literals. */
static void put_distance(struct output *out, uint32_t distance)
{
	put(out, distance << 2 & 0xff);
	put(out, distance >> 6);
	out->literals = out->next - 2;
}

static void put_match(struct output *out, struct match match, uint32_t literals)
{
	uint32_t length = match.length, distance = match.distance;
	if (distance <= NEAR_DISTANCE && length <= NEAR_LENGTH) {
		put(out, (length - 1) << 5 | ((distance - 1) & 7) << 2);
		put(out, (distance - 1) >> 3);
		out->literals = out->next - 2;
	} else if (literals > 3 && length == 3 && distance > NEAR_DISTANCE && distance <= AFTER_LITERALS_DISTANCE) {
		uint32_t rest = distance - NEAR_DISTANCE - 1;
		put(out, (rest & 3) << 2);
		put(out, rest >> 2);
		out->literals = out->next - 2;
	} else if (distance <= MIDDLE_DISTANCE) {
		put(out, 0x20 | (length <= MIDDLE_LENGTH ? length - 2 : 0));
		if (length > MIDDLE_LENGTH) put_length(out, length - MIDDLE_LENGTH);
		put_distance(out, distance - 1);
	} else {
		uint32_t rest = distance - MIDDLE_DISTANCE;
		put(out, 0x10 | (rest >> 11 & 8) | (length <= FAR_LENGTH ? length - 2 : 0));
		if (length > FAR_LENGTH) put_length(out, length - FAR_LENGTH);
		put_distance(out, rest & 0x3fff);
	}
}

static int32_t encode(void *state, const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	struct encoder *encoder = state;
	memset(encoder->heads, 0, sizeof encoder->heads);
	struct output out = { output, output, output + limit, NULL, 0 };
	/* The first byte is a literal: no instruction may come before one. */
	size_t literals_at = 0, at = 1;
	insert(encoder, block, length, 0);
	struct match match = find(encoder, block, length, at, 1);
	while (at < length && !out.is_full) {
		insert(encoder, block, length, at);
		uint32_t literals = (uint32_t)(at - literals_at);
		struct match next = find(encoder, block, length, at + 1, literals + 1);
		if (match.gain <= 0 || next.gain > match.gain) {
			match = next;
			at++;
			continue;
		}
		put_literals(&out, block + literals_at, literals);
		put_match(&out, match, literals);
		for (uint32_t i = 1; i < match.length; i++) insert(encoder, block, length, at + i);
		at += match.length;
		literals_at = at;
		match = find(encoder, block, length, at, 0);
	}
	put_literals(&out, block + literals_at, (uint32_t)(length - literals_at));
	put(&out, 0x11);
	put(&out, 0);
	put(&out, 0);
	return out.is_full ? 0 : (int32_t)(out.next - output);
}

struct decoder {
	const uint8_t *next, *end;
	uint8_t *output, *at, *limit;
	int32_t fault;
};

static uint32_t byte(struct decoder *d)
{
	if (d->next < d->end) return *d->next++;
	d->fault = CODECS_DAMAGED;
	return 0;
}

static uint32_t long_length(struct decoder *d, uint32_t bits, uint32_t most)
{
	if (bits != 0) return bits;
	uint32_t length = most, more;
	/* The sum cannot overflow: blocks have at most 64 MiB, and the input ends before. */
	while ((more = byte(d)) == 0 && d->fault == 0 && length < CODECS_MAX_BLOCK) length += 255;
	return length + more;
}

static void copy_literals(struct decoder *d, uint32_t count)
{
	if (count > (size_t)(d->end - d->next)) d->fault = CODECS_DAMAGED;
	else if (count > (size_t)(d->limit - d->at)) d->fault = CODECS_LONGER;
	if (d->fault != 0) return;
	memcpy(d->at, d->next, count);
	d->at += count;
	d->next += count;
}

static void copy_match(struct decoder *d, uint32_t distance, uint32_t length)
{
	if (distance > (size_t)(d->at - d->output)) d->fault = CODECS_DAMAGED;
	else if (length > (size_t)(d->limit - d->at)) d->fault = CODECS_LONGER;
	if (d->fault != 0) return;
	for (const uint8_t *from = d->at - distance; length > 0; length--) *d->at++ = *from++;
}

/* One instruction, given the number of literals before it (4: four or more); returns that of the literals after it. */
static uint32_t instruction(struct decoder *d, uint32_t code, uint32_t state, int *is_end)
{
	uint32_t length, pair;
	if (code >= 0x40) {
		length = code >= 0x80 ? 5 + (code >> 5 & 3) : 3 + (code >> 5 & 1);
		copy_match(d, (byte(d) << 3) + (code >> 2 & 7) + 1, length);
		return code & 3;
	}
	if (code >= 0x10) {
		int is_far = code < 0x20;
		length = is_far ? long_length(d, code & 7, 7) + 2 : long_length(d, code & 0x1f, 0x1f) + 2;
		pair = byte(d);
		pair |= byte(d) << 8;
		uint32_t distance = (pair >> 2) + (is_far ? (code & 8) << 11 : 1);
		*is_end = is_far && distance == 0;
		if (*is_end) return 0;
		copy_match(d, distance + (is_far ? MIDDLE_DISTANCE : 0), length);
		return pair & 3;
	}
	if (state == 0) {
		copy_literals(d, long_length(d, code, 0x0f) + 3);
		return 4;
	}
	uint32_t distance = (code >> 2) + (byte(d) << 2) + 1;
	if (state == 4) copy_match(d, distance + NEAR_DISTANCE, 3);
	else copy_match(d, distance, 2);
	return code & 3;
}

static int32_t decode(const uint8_t *block, size_t length, uint8_t *output, size_t limit)
{
	struct decoder d = { block, block + length, output, output, output + limit, 0 };
	uint32_t state = 0;
	int is_end = 0;
	if (block[0] > 17) {
		uint32_t literals = byte(&d) - 17;
		copy_literals(&d, literals);
		state = literals < 4 ? literals : 4;
	}
	while (d.fault == 0) {
		uint32_t code = byte(&d);
		if (d.fault != 0) break;
		state = instruction(&d, code, state, &is_end);
		if (is_end) break;
		if (state < 4) copy_literals(&d, state);
	}
	if (d.fault != 0) return d.fault;
	return d.next == d.end ? (int32_t)(d.at - output) : CODECS_DAMAGED;
}

const struct codec codec_lzo = { "lzo", library, check, open_encoder, NULL, encode, close_encoder, decode };
