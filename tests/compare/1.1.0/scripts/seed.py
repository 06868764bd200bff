"""Fills the database of @title@ with something to look at."""

import asyncio

from @package@.database import connect

ROWS = 250


async def seed(rows: int) -> None:
    async with connect("@package@") as database:
        for number in range(rows):
            await database.insert({"number": number, "owner": "@owner@"})


if __name__ == "__main__":
    asyncio.run(seed(ROWS))
