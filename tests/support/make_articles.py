"""Texts of articles as an agent meets them."""

ADDRESS = """## 先看订单到哪一步
| 状态 | 能不能改 | 怎么做 |
|---|---|---|
| 未发货 | 能 | 后台改 |
| 已出库 | 不保证 | 登记改寄 |

## 三家店的差别
| 店铺 | 注意 |
|---|---|
| 天猫旗舰店 | 先看后台入口 |

## 怎么对顾客说
未发货：

> 话术：{昵称}，还没有发出，可以改。

已出库：

> 话术：{昵称}，已经出库，登记改寄。

> 内部：补运费 6 元以内不必上报。
"""
"""A table that answers, a table about shops, two scripts, one internal note."""
