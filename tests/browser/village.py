"""Three businesses of an invented village, laid out as the shipped source cards want them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

Line = Mapping[str, object]

PUNISHED = "91330482XN00000008"
SILENT = "91330523XNLM1XBUF3"
NAMES = {PUNISHED: "平湖市潮津桐食品有限公司", SILENT: "德清县莫干竹制品有限公司"}


def registration(code: str) -> Line:
    """Return a registration of 3 February 2025."""
    return {
        "业务流水号": f"{code}-1",
        "统一社会信用代码": code,
        "市场主体名称": NAMES[code],
        "主体类型": "企业",
        "登记状态": "存续（在营、开业、在册）",
        "行政区划代码": code[2:8],
        "行业门类": "C",
        "住所（经营场所）": "示范路1号",
        "法定代表人（负责人）": "欧阳若兰",
        "注册资本（万元）": "75",
        "成立日期": "2025-02-03",
        "经营范围": "食品生产。",
        "登记机关": "示范省平湖市市场监督管理局",
        "核准日期": "2025-02-03",
        "本次登记截止日期": "",
    }


def penalty(code: str, on: date) -> Line:
    """Return a serious penalty."""
    return {
        "CF_WSH": "平市监处罚〔2025〕00000017号",
        "CF_XDR_SHXYM": code,
        "CF_WFXW": "经营超过保质期的食品",
        "CF_SY": "当事人经营场所内查获超过保质期的食品待售。",
        "CF_YJ": "《中华人民共和国食品安全法》第一百二十四条第一款第五项",
        "CF_CFLB": "没收违法所得、没收非法财物;罚款",
        "CF_NR": "没收非法财物；罚款100000元",
        "CF_NR_FK": "10",
        "CF_NR_WFFF": "5.3281",
        "CF_JDRQ": f"{on:%Y/%m/%d}",
        "CF_YXQ": "",
        "CF_CFJG": "示范省平湖市市场监督管理局",
        "SX_CD": "严重",
        "GS_RQ": f"{on:%Y/%m/%d}",
    }


def annual_report(code: str, on: date) -> Line:
    """Return the report of 2025, with what must be stated and no more."""
    return {
        "年报流水号": f"AR2025-{code}",
        "统一社会信用代码": code,
        "报告年度": 2025,
        "报送日期": f"{on:%Y年%m月%d日}",
        "通信地址": "示范路1号",
        "联系电话": "0000-55542633",
        "电子邮箱": "contact0@example.cn",
        "经营状态": "开业",
    }
