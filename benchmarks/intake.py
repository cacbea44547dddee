"""Importing orders: rows a second beside pandas.read_csv with the same cleaning, and the memory of a large file.

python -m benchmarks intake
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.harness import interleaved, run, table

ROWS = 1_000_000
LARGE_ROWS = 8_500_000  # a little over 1 GiB of text
HEADER = "订单编号,买家会员名,总金额,买家实际支付金额,退款金额,订单状态,订单创建时间,订单付款时间,宝贝标题,宝贝总数量\n"


def write_orders(path: Path, rows: int) -> None:
    """A shop export as its back office writes it: money as text, closed and refunded orders, two time columns."""
    rng = np.random.default_rng(7)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for start in range(0, rows, 200_000):
            n = min(200_000, rows - start)
            total = rng.integers(990, 99_900, n)
            refund = np.where(rng.random(n) < 0.08, total // 2, 0)
            closed = rng.random(n) < 0.1
            created = np.datetime64("2024-01-01T08:00:00") + np.sort(rng.integers(0, 86_400 * 300, n)).astype("timedelta64[s]")
            paid = created + rng.integers(5, 900, n).astype("timedelta64[s]")
            buyer = rng.zipf(1.3, n) % 300_000
            units = rng.integers(1, 6, n)
            lines = []
            for i in range(n):
                t, r = int(total[i]), int(refund[i])
                when = str(created[i]).replace("T", " ")
                if closed[i]:
                    lines.append(
                        f"{20240000000 + start + i},买家{buyer[i]},¥{t / 100:,.2f},0.00,0.00,交易关闭,{when},,护肤套装 {i % 500} 号,{units[i]}\n"
                    )
                else:
                    then = str(paid[i]).replace("T", " ")
                    lines.append(
                        f"{20240000000 + start + i},买家{buyer[i]},¥{t / 100:,.2f},¥{(t - r) / 100:,.2f},{r / 100:.2f},交易成功,{when},{then},护肤套装 {i % 500} 号,{units[i]}\n"
                    )
            file.writelines(lines)


def ours(path: str) -> dict[str, float]:
    """The whole way: read, recognise, clean, dedupe, commit."""
    from lianyi.stream import workspace
    from lianyi.stream.intake import import_files

    with tempfile.TemporaryDirectory() as home:
        place = workspace.create(Path(home) / "w")
        started = time.perf_counter()
        done = import_files(place, [Path(path)], kind="orders", received_t=1_700_000_000_000_000)
        return {"seconds": time.perf_counter() - started, "accepted": sum(f.accepted for f in done.files)}


def pandas(path: str) -> dict[str, float]:
    """What an analyst would write: read as text, clean money and dates, split paid, refunded and closed; nothing is stored."""
    import hashlib

    import pandas as pd

    started = time.perf_counter()
    rows = pd.read_csv(path, dtype=str)
    money = {
        c: (rows[c].str.replace(r"[¥,]", "", regex=True).astype(float) * 100).round().astype("int64")
        for c in ("总金额", "买家实际支付金额", "退款金额")
    }
    times = {c: pd.to_datetime(rows[c]).dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC") for c in ("订单创建时间", "订单付款时间")}
    rows = rows.assign(
        paid=money["买家实际支付金额"] + money["退款金额"],
        refund=money["退款金额"],
        created=times["订单创建时间"],
        paid_at=times["订单付款时间"],
    )
    rows["units"] = rows["宝贝总数量"].astype(int)
    rows["day"] = times["订单创建时间"].dt.tz_convert("Asia/Shanghai").dt.date
    known = {b: hashlib.sha256(b.encode()).hexdigest()[:20] for b in rows["买家会员名"].unique()}
    rows["member"] = rows["买家会员名"].map(known)
    rows = rows.drop_duplicates("订单编号")
    paid = rows[rows["订单状态"] != "交易关闭"]
    refunded = paid[paid["refund"] > 0]
    return {"seconds": time.perf_counter() - started, "paid": len(paid), "refunded": len(refunded)}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_orders(path, ROWS)
        runs = interleaved("benchmarks.intake", ["ours", "pandas"], str(path))
        table(f"import of {ROWS:,} orders ({path.stat().st_size / 2**20:,.0f} MiB); pandas stores nothing", runs, "ours")
        print(f"  {ROWS / runs['ours'].seconds:,.0f} rows a second")
        write_orders(path, LARGE_ROWS)
        large = run("benchmarks.intake", "ours", str(path))
        print(f"  {path.stat().st_size / 2**30:.2f} GiB file: {large.seconds:,.0f} s, peak {large.peak_mib:,.0f} MiB")


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "pandas": pandas}[sys.argv[1]](sys.argv[2])))
