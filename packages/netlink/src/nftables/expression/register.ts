/**
 * One of the 16 registers of four bytes that the expressions of a rule share. What is longer takes the following ones, too: keys of several parts
 * are loaded part by part, each into the next register that the one before leaves free.
 */
export type Register = number;

const NFT_REG_1 = 1;
const NFT_REG32_00 = 8;
const REGISTERS_OF_FOUR = 4;

/** The number by which the kernel and nft write it: every fourth has one of the old numbers, for registers of 16 bytes. */
export function registerNumber(register: Register): number {
  return register % REGISTERS_OF_FOUR === 0 ? NFT_REG_1 + register / REGISTERS_OF_FOUR : NFT_REG32_00 + register;
}
