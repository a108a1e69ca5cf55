"""What the published data of Chicago imply and do not hold: the register of premises, and who shares an account.

The published inspections state facility type and risk category with each visit, and a tenth of them name a licence that
the published licence terms lack. The register of premises made here says, for each licence, what its visits stated,
from the eve of each visit on: it is what an office knows before it sends anyone. Nothing a visit found goes into it.
Which other licences the same premises hold is known where the published study's table has the visit, and taken to stand
until it says otherwise.

Usage: python bench/chicago_files.py FOLDER_OF_THE_DATA OUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

_PREMISES = """
with stated as (
  select seen.licence_number, seen.inspection_date::date - 1 as first_day,
         coalesce(arg_min(seen.facility_type, seen.inspection_id), 'Other') as facility_type,
         arg_min(risk, seen.inspection_id) as risk, arg_min(coalesce(dba_name, 'Unnamed'), seen.inspection_id) as name,
         max(tobacco_retail_over_counter) as tobacco, max(consumption_on_premises_incidental_activity) as consumption
  from read_parquet('{data}/inspections.parquet') seen left join read_parquet('{data}/model_table.parquet') studied
       using (inspection_id)
  where seen.licence_number is not null group by all),
filled as (
  select licence_number, first_day, facility_type, risk, name, concat_ws(';',
         case when last_value(tobacco ignore nulls) over story = 1 then 'tobacco' end,
         case when last_value(consumption ignore nulls) over story = 1 then 'consumption' end) as also_licensed
  from stated window story as (partition by licence_number order by first_day)),
news as (
  select *, lag(facility_type) over story is not distinct from facility_type
         and lag(risk) over story is not distinct from risk
         and lag(also_licensed) over story is not distinct from also_licensed as is_old
  from filled window story as (partition by licence_number order by first_day)),
terms as (
  select licence_number, min(license_term_start_date)::date as first_term
  from read_parquet('{data}/licences.parquet') group by all)
select licence_number, facility_type, risk, name, also_licensed, first_day,
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
