"""What the published data of Chicago imply and do not hold: the register of premises, and who shares an account.

The published inspections state facility type and risk category with each visit, and a tenth of them name a licence that
the published licence terms lack. The register of premises made here says, for each licence, what its visits stated,
from the eve of each visit on: it is what an office knows before it sends anyone. Nothing a visit found goes into it.

Usage: python bench/chicago_files.py FOLDER_OF_THE_DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

_PREMISES = """
with stated as (
  select licence_number, inspection_date::date - 1 as first_day, coalesce(arg_min(facility_type, inspection_id), 'Other') as facility_type,
         arg_min(risk, inspection_id) as risk, arg_min(coalesce(dba_name, 'Unnamed'), inspection_id) as name
  from read_parquet('{data}/inspections.parquet') where licence_number is not null group by all),
news as (
  select *, lag(facility_type) over story is not distinct from facility_type
         and lag(risk) over story is not distinct from risk and lag(name) over story is not null as is_old
  from stated window story as (partition by licence_number order by first_day)),
terms as (
  select licence_number, min(license_term_start_date)::date as first_term
  from read_parquet('{data}/licences.parquet') group by all)
select licence_number, facility_type, risk, name, first_day,
       lead(first_day) over (partition by licence_number order by first_day) as until_day,
       case when row_number() over (partition by licence_number order by first_day) = 1
             and (first_term is null or first_term > first_day) then 'true' else 'false' end as registers
from news left join terms using (licence_number) where not is_old order by licence_number, first_day
"""

_ACCOUNTS = """
with held as (
  select account_number, licence_number, min(license_term_start_date)::date as first_day
  from read_parquet('{data}/licences.parquet') where account_number is not null group by all)
select one.licence_number, 'licence:' || other.licence_number as other,
       greatest(one.first_day, other.first_day) as first_day
from held one join held other on one.account_number = other.account_number
 and one.licence_number <> other.licence_number
order by 1, 2
"""


def write_files(data: Path, out: Path) -> None:
    """Write premises.parquet and accounts.parquet into ``out``.

    Args:
        data: Folder of the published files.
    """
    out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as database:
        for name, query in (("premises", _PREMISES), ("accounts", _ACCOUNTS)):
            target = out / f"{name}.parquet"
            database.execute(f"copy ({query.format(data=data)}) to '{target}' (format parquet)")


if __name__ == "__main__":
    write_files(Path(sys.argv[1]), Path(sys.argv[2]))
