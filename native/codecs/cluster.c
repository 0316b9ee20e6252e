/* Packs segments of files into clusters; each codec only fills one. */

#include "cluster.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of an extent's record. */
#define RECORD 8

struct packer {
	const struct fitter *fitter;
	void *state;
	size_t block;
	size_t capacity;
	size_t most;
	int interlaced;
	int tail;
};

int cluster_check(const struct fitter *fitter, const int32_t *p)
{
	if (!is_within(p[BLOCK_LOG], MIN_BLOCK_LOG, MAX_BLOCK_LOG)) return 0;
	if (!is_within(p[CLUSTER_BLOCKS], 1, (int32_t)(MAX_CLUSTER >> p[BLOCK_LOG]))) return 0;
	return is_within(p[INTERLACED], 0, 1) && is_within(p[TAIL], 0, 1) && fitter->check(p);
}

void *cluster_open(const struct fitter *fitter, const int32_t *p)
{
	struct packer *packer = malloc(sizeof *packer);
	if (packer == NULL) return NULL;
	packer->fitter = fitter;
	packer->block = (size_t)1 << p[BLOCK_LOG];
	packer->capacity = packer->block * (size_t)p[CLUSTER_BLOCKS];
	packer->most = packer->block * MAX_EXTENT_BLOCKS < MAX_EXTENT ? packer->block * MAX_EXTENT_BLOCKS : MAX_EXTENT;
	packer->interlaced = p[INTERLACED];
	packer->tail = p[TAIL];
	packer->state = fitter->open(p, packer->capacity);
	if (packer->state != NULL) return packer;
	free(packer);
	return NULL;
}

void cluster_close(void *state)
{
	struct packer *packer = state;
	packer->fitter->close(packer->state);
	free(packer);
}

static size_t blocks_of(const struct packer *packer, size_t length)
{
	return (length + packer->block - 1) / packer->block;
}

/* Blocks before the records: those of the input, one more for an end in two, and a cluster that is filled completely first. */
static size_t data_room(const struct packer *packer, size_t length)
{
	return (blocks_of(packer, length) + 2) * packer->block + packer->capacity;
}

size_t cluster_room(size_t length)
{
	/* For the smallest blocks, which have most records, and the largest cluster. */
	size_t records = ((length >> MIN_BLOCK_LOG) + 3) * RECORD + sizeof(uint32_t);
	return length + ((size_t)3 << MAX_BLOCK_LOG) + MAX_CLUSTER + records;
}

static uint8_t *put_u32(uint8_t *at, size_t value)
{
	for (int byte = 0; byte < 4; byte++) at[byte] = (uint8_t)(value >> 8 * byte);
	return at + 4;
}

/*
 * Fills one cluster. Most clusters take a few times their size: the codec gets more only if it needs more, since some
 * choose smaller tables for shorter input, and some copy their input.
 */
static int32_t fill(struct packer *packer, const uint8_t *input, size_t length, uint8_t *output, size_t *consumed)
{
	size_t most = length < packer->most ? length : packer->most;
	size_t first = packer->capacity * 16 > 65536 ? packer->capacity * 16 : 65536;
	size_t window = most < first ? most : first;
	for (;; window = most) {
		int32_t written =
			packer->fitter->fit(packer->state, input, window, output, packer->capacity, consumed);
		if (written <= 0 || *consumed < window || window == most) return written;
	}
}

/* An uncompressed block of the input; `offset` is its start in a block of the file. */
static void store(const struct packer *packer, const uint8_t *input, size_t length, size_t offset, uint8_t *output)
{
	memset(output, 0, packer->block);
	if (!packer->interlaced) offset = 0;
	size_t first = packer->block - offset < length ? packer->block - offset : length;
	memcpy(output + offset, input, first);
	memcpy(output, input + first, length - first);
}

/* A segment being packed. */
struct packing {
	struct packer *packer;
	const uint8_t *segment;
	size_t length, at;
	uint8_t *data, *record;
};

static size_t left_of(const struct packing *p) { return p->length - p->at; }

/* Offset of the rest in a block of the file. */
static size_t offset_of(const struct packing *p) { return p->at & (p->packer->block - 1); }

static void put_stored(struct packing *p, size_t length)
{
	store(p->packer, p->segment + p->at, length, offset_of(p), p->data);
	p->record = put_u32(put_u32(p->record, length), 0);
	p->data += p->packer->block;
	p->at += length;
}

/* The cluster has been filled from its start. */
static void put_encoded(struct packing *p, size_t written, size_t consumed)
{
	size_t room = blocks_of(p->packer, written) * p->packer->block;
	memmove(p->data + room - written, p->data, written);
	memset(p->data, 0, room - written);
	p->record = put_u32(put_u32(p->record, consumed), written);
	p->data += room;
	p->at += consumed;
}

/*
 * The rest, which needs at most one block. A stored extent that ends with the file in another block of it than it starts in is
 * refused by readers, which take that whole block for a part of the extent: it is encoded, even if that is larger, or stored in two.
 */
static int32_t put_last(struct packing *p)
{
	struct packer *packer = p->packer;
	size_t left = left_of(p), room = packer->block - offset_of(p), consumed = 0;
	if (packer->tail || left > room) {
		int32_t written = fill(packer, p->segment + p->at, left, p->data, &consumed);
		if (written < 0) return written;
		int helps = left > room ? (size_t)written <= packer->block : (size_t)written < left;
		if (written > 0 && consumed == left && helps) {
			put_encoded(p, (size_t)written, consumed);
			return 0;
		}
	}
	if (left > room) put_stored(p, room);
	put_stored(p, left_of(p));
	return 0;
}

/* One cluster, or stored blocks in its place: input that does not shrink is not tried again in smaller steps. */
static int32_t put_next(struct packing *p)
{
	struct packer *packer = p->packer;
	size_t consumed = 0;
	int32_t written = fill(packer, p->segment + p->at, left_of(p), p->data, &consumed);
	if (written < 0) return written;
	if (written > 0 && consumed > blocks_of(packer, (size_t)written) * packer->block) {
		put_encoded(p, (size_t)written, consumed);
		return 0;
	}
	for (size_t done = 0; done < packer->capacity && left_of(p) > packer->block; done += packer->block) {
		put_stored(p, packer->block);
	}
	return 0;
}

int32_t cluster_encode(void *state, const uint8_t *segment, size_t length, uint8_t *output, size_t limit)
{
	struct packer *packer = state;
	uint8_t *records = output + data_room(packer, length);
	struct packing p = { packer, segment, length, 0, output, records };
	(void)limit;
	if (packer->fitter->begin != NULL) packer->fitter->begin(packer->state);
	while (left_of(&p) > 0) {
		int32_t fault = left_of(&p) > packer->block ? put_next(&p) : put_last(&p);
		if (fault < 0) return fault;
	}
	size_t bytes = (size_t)(p.record - records);
	memmove(p.data, records, bytes);
	return (int32_t)(put_u32(p.data + bytes, bytes / RECORD) - output);
}

const uint8_t *cluster_start(const uint8_t *cluster, size_t *length)
{
	while (*length > 0 && *cluster == 0) cluster++, --*length;
	return cluster;
}

/* The search ends with this share of a cluster unused, or after this many attempts. */
#define CONTENT_WITH 512
#define ATTEMPTS 12
/* An input is moved towards a bound by at most this many parts, of which one more would reach it. */
#define MAX_SHIFT 4

/* A length that fits and one that does not, or the end of the input; a size of 0 is unknown. */
struct bounds {
	size_t low, low_size, high, high_size;
};

/* Size grows almost evenly with input: the line through both bounds meets the capacity close to the best input. */
static size_t on_line(const struct bounds *b, size_t length, size_t capacity)
{
	uint64_t room = capacity - b->low_size;
	/* A little more than the estimate finds an upper bound sooner. */
	if (b->high > length) return b->low + (size_t)(b->low * room / b->low_size) + b->low / 256;
	if (b->high_size == 0 || b->high_size <= b->low_size) return b->low + (b->high - b->low) / 2;
	return b->low + (size_t)((b->high - b->low) * room / (b->high_size - b->low_size));
}

/*
 * The next input to try. Where the line misses the capacity on one side again and again, since it grows in steps or is bent, the
 * other side is approached by more with every miss: `run` counts the last attempts that were too large, or below zero those that fit.
 */
static size_t next_guess(const struct bounds *b, size_t length, size_t capacity, int run)
{
	size_t guess = on_line(b, length, capacity);
	size_t times = (size_t)(run < 0 ? -run : run);
	if (times > MAX_SHIFT) times = MAX_SHIFT;
	if (run > 0) return guess - (b->low == 0 ? guess * times / 128 : (guess - b->low) * (times - 1) / MAX_SHIFT);
	if (b->high > length || guess >= b->high || times == 0) return guess;
	return guess + (b->high - guess) * (times - 1) / MAX_SHIFT;
}

int32_t search_fit(struct search *search, const uint8_t *input, size_t length, uint8_t *output, size_t capacity,
	size_t *consumed)
{
	struct bounds b = { 0, 0, length + 1, 0 };
	size_t next = search->last != 0 ? search->last : capacity * 3;
	int run = 0;
	for (int attempt = 0; attempt < ATTEMPTS && b.low + 1 < b.high; attempt++) {
		if (next <= b.low) next = b.low + 1;
		if (next >= b.high) next = b.high - 1;
		size_t size = search->attempt(search, input, next);
		if (search->fault != 0) return search->fault;
		if (size != 0 && size <= capacity) {
			memcpy(output, search->trial, size);
			b.low = next;
			b.low_size = size;
			run = run < 0 ? run - 1 : -1;
			if (capacity - size <= capacity / CONTENT_WITH) break;
		} else {
			b.high = next;
			b.high_size = size;
			run = run > 0 ? run + 1 : 1;
		}
		next = next_guess(&b, length, capacity, run);
		/* No more input than the capacity fits: nothing is saved. */
		if (b.low == 0 && next <= capacity) break;
	}
	if (b.low < length) search->last = b.low > capacity ? b.low : capacity + capacity / 8;
	*consumed = b.low;
	return (int32_t)b.low_size;
}
