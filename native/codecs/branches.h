/*
 * Branch filters (BCJ) of xz: which there are, and a cheap look at whether a block is worth one.
 *
 * Branch instructions hold distances. A filter turns them into addresses, so that calls of one function from many places
 * become alike. That pays where a block has fewer addresses than distances: in linked code. In kernel modules, whose
 * calls all hold the same distance until they are loaded, in data and in text it does harm. Both numbers are known long
 * before anything is compressed.
 */
#ifndef ISOPRESS_BRANCHES_H
#define ISOPRESS_BRANCHES_H

#include <stddef.h>
#include <stdint.h>

/* Kinds of machine code, in the order of the bits that squashfs has for their filters. */
enum machine { X86, POWERPC, IA64, ARM, ARM_THUMB, SPARC, ARM64, RISCV, MACHINES };

/*
 * By how many values the branches of a block become fewer when they hold addresses; negative when they become more.
 * 0 without memory as well.
 */
int64_t branch_gain(enum machine machine, const uint8_t *block, size_t length);

#endif
