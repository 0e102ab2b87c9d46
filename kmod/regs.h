/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The 82599's registers, as far as onepath uses them: byte offsets in BAR0 under
 * the datasheet's names, and their fields. Section numbers are those of Intel's
 * "82599 10 GbE Controller Datasheet" (331520). Used by hw_*.c only.
 */
#ifndef ONEPATH_REGS_H
#define ONEPATH_REGS_H

#include <linux/bits.h>

/* clang-format off */

/* 8.2.3.1 General control */
#define REG_CTRL		0x00000
#define  CTRL_PCIE_MASTER_DISABLE	BIT(2)
#define  CTRL_LRST			BIT(3)
#define  CTRL_RST			BIT(26)
#define REG_STATUS		0x00008
#define  STATUS_PCIE_MASTER_ENABLE	BIT(19)
#define REG_CTRL_EXT		0x00018
#define  CTRL_EXT_NS_DIS		BIT(16)
#define  CTRL_EXT_DRV_LOAD		BIT(28)
#define REG_ESDP		0x00020 /* 8.2.3.1.4 */
#define  ESDP_SDP3_DATA			BIT(3)
#define  ESDP_SDP5_DATA			BIT(5)
#define  ESDP_SDP5_OUTPUT		BIT(13)

/* 8.2.3.2 EEPROM */
#define REG_EEC			0x10010
#define  EEC_AUTO_RD			BIT(9)

/* 8.2.3.4 PCIe */
#define REG_GCR_EXT		0x11050
#define  GCR_EXT_BUFFERS_CLEAR_FUNC	BIT(30)
#define REG_PICAUSE		0x110B0			/* written 1: cleared */
#define REG_PIENA		0x110B8
#define  PICAUSE_CA			BIT(0)		/* completer abort */
#define  PICAUSE_UA			BIT(1)		/* unsupported address */
#define  PICAUSE_BE			BIT(2)		/* wrong byte enables */
#define  PICAUSE_TO			BIT(3)		/* timeout */
#define  PICAUSE_ERRORS			GENMASK(3, 0)	/* bit 4: bus mastering off */

/* 8.2.3.5 Interrupts */
#define REG_EICR		0x00800			/* written 1: cleared */
#define  EICR_RTXQ(vector)		BIT(vector)	/* 0..15 */
#define  EICR_PCI_EXCEPTION		BIT(18)
#define  EICR_LSC			BIT(20)
#define  EICR_ECC			BIT(28)
#define REG_EICS		0x00808
#define REG_EIAC		0x00810
#define REG_EITR(n)		(0x00820 + 4 * (n))	/* 0..23 */
#define  EITR_INTERVAL_US(us)		((us) / 2 << 3)	/* at 1 and 10 Gb/s */
#define REG_EIMS		0x00880
#define REG_EIMC		0x00888
#define  EIMC_ALL			GENMASK(30, 0)
#define REG_EIAM		0x00890
#define REG_GPIE		0x00898
#define  GPIE_MULTIPLE_MSIX		BIT(4)
#define  GPIE_OCD			BIT(5)
#define  GPIE_EIAME			BIT(30)
#define  GPIE_PBA_SUPPORT		BIT(31)
#define REG_IVAR(n)		(0x00900 + 4 * (n))	/* 0..63: queues 2n and 2n + 1 */
#define  IVAR_RX(odd, vector)		((0x80u | (vector)) << ((odd) ? 16 : 0))
#define REG_IVAR_MISC		0x00A00
#define  IVAR_MISC_OTHER(vector)	((0x80u | (vector)) << 8)
#define REG_EIMS_EX(n)		(0x00AA0 + 4 * (n))	/* EIMS[1..2] */
#define REG_EIMC_EX(n)		(0x00AB0 + 4 * (n))	/* EIMC[1..2] */
#define REG_EIAM_EX(n)		(0x00AD0 + 4 * (n))	/* EIAM[1..2] */

/* 8.2.3.3 Flow control */
#define REG_FCTTV(n)		(0x03200 + 4 * (n))
#define REG_FCRTL(n)		(0x03220 + 4 * (n))	/* bytes, in steps of 32 */
#define  FCRTL_XONE			BIT(31)
#define REG_FCRTH(n)		(0x03260 + 4 * (n))	/* bytes, in steps of 32 */
#define  FCRTH_FCEN			BIT(31)
#define REG_FCRTV		0x032A0
#define REG_FCCFG		0x03D00
#define  FCCFG_TFCE_LINK		BIT(3)
#define REG_TFCS		0x0CE00
#define  TFCS_TC_XON			BIT(0)

/* 8.2.3.7 Receive filters */
#define REG_FCTRL		0x05080
#define  FCTRL_MPE			BIT(8)
#define  FCTRL_UPE			BIT(9)
#define  FCTRL_BAM			BIT(10)
#define REG_VLNCTRL		0x05088
#define  VLNCTRL_VFE			BIT(30)
#define REG_MTA(n)		(0x05200 + 4 * (n))	/* 0..127 */
#define REG_RAL(n)		(0x0A200 + 8 * (n))	/* 0..127 */
#define REG_RAH(n)		(0x0A204 + 8 * (n))
#define  RAH_AV				BIT(31)
#define REG_MPSAR(n)		(0x0A600 + 4 * (n))	/* 0..255 */
#define REG_VFTA(n)		(0x0A000 + 4 * (n))	/* 0..127 */
#define REG_RETA(n)		(0x0EB00 + 4 * (n))	/* 0..31 */
#define REG_RSSRK(n)		(0x0EB80 + 4 * (n))	/* 0..9 */
#define REG_MRQC		0x0EC80
#define  MRQC_MRQE			GENMASK(3, 0)
#define  MRQC_MRQE_RSS			1
#define  MRQC_TCP_IPV4			BIT(16)
#define  MRQC_IPV4			BIT(17)
#define  MRQC_IPV6			BIT(20)
#define  MRQC_TCP_IPV6			BIT(21)
#define  MRQC_UDP_IPV4			BIT(22)
#define  MRQC_UDP_IPV6			BIT(23)
#define REG_FTQF(n)		(0x0E600 + 4 * (n))	/* 0..127 */
#define REG_PFVLVF(n)		(0x0F100 + 4 * (n))	/* 0..63 */
#define REG_PFVLVFB(n)		(0x0F200 + 4 * (n))	/* 0..127 */
#define REG_PFUTA(n)		(0x0F400 + 4 * (n))	/* 0..127 */

/* 8.2.3.8 Receive DMA. Queues 64..127 lie elsewhere; onepath uses 0..63. */
#define REG_RDBAL(n)		(0x01000 + 0x40 * (n))
#define REG_RDBAH(n)		(0x01004 + 0x40 * (n))
#define REG_RDLEN(n)		(0x01008 + 0x40 * (n))
#define REG_DCA_RXCTRL(n)	(0x0100C + 0x40 * (n))
#define  DCA_RXCTRL_BIT12		BIT(12)
#define REG_RDH(n)		(0x01010 + 0x40 * (n))
#define REG_SRRCTL(n)		(0x01014 + 0x40 * (n))
#define  SRRCTL_BSIZEPACKET_KB(kb)	(kb)
#define  SRRCTL_DROP_EN			BIT(28)
#define REG_RDT(n)		(0x01018 + 0x40 * (n))
#define REG_RXDCTL(n)		(0x01028 + 0x40 * (n))
#define  RXDCTL_ENABLE			BIT(25)
#define REG_RXDCTL_HIGH(n)	(0x0D028 + 0x40 * (n))	/* RXDCTL[64 + n] */
#define REG_RDRXCTL		0x02F00
#define  RDRXCTL_CRCSTRIP		BIT(1)
#define  RDRXCTL_DMAIDONE		BIT(3)
#define  RDRXCTL_RSCFRSTSIZE		GENMASK(21, 17)
#define  RDRXCTL_RSCACKC		BIT(25)
#define  RDRXCTL_FCOE_WRFIX		BIT(26)
#define REG_RXCTRL		0x03000
#define  RXCTRL_RXEN			BIT(0)
#define REG_RXPBSIZE(n)		(0x03C00 + 4 * (n))	/* 0..7 */
#define  RXPBSIZE_KB(kb)		((kb) << 10)

/* 8.2.3.9 Transmit DMA */
#define REG_DTXMXSZRQ		0x08100
#define REG_MTQC		0x08120
#define REG_DMATXCTL		0x04A80
#define  DMATXCTL_TE			BIT(0)
#define REG_TDBAL(n)		(0x06000 + 0x40 * (n))	/* 0..127 */
#define REG_TDBAH(n)		(0x06004 + 0x40 * (n))
#define REG_TDLEN(n)		(0x06008 + 0x40 * (n))
#define REG_DCA_TXCTRL(n)	(0x0600C + 0x40 * (n))
#define  DCA_TXCTRL_DESC_WB_RO_EN	BIT(11)
#define REG_TDH(n)		(0x06010 + 0x40 * (n))
#define REG_TDT(n)		(0x06018 + 0x40 * (n))
#define REG_TXDCTL(n)		(0x06028 + 0x40 * (n))
#define  TXDCTL_PTHRESH(n)		(n)
#define  TXDCTL_HTHRESH(n)		((n) << 8)
#define  TXDCTL_ENABLE			BIT(25)
#define REG_TDWBAL(n)		(0x06038 + 0x40 * (n))
#define  TDWBAL_HEAD_WB_EN		BIT(0)
#define REG_TDWBAH(n)		(0x0603C + 0x40 * (n))
#define REG_TXPBSIZE(n)		(0x0CC00 + 4 * (n))	/* 0..7 */
#define  TXPBSIZE_KB(kb)		((kb) << 10)
#define REG_TXPBTHRESH(n)	(0x04950 + 4 * (n))	/* 0..7 */

/* 8.2.3.10 DCB */
#define REG_RTTDCS		0x04900
#define  RTTDCS_ARBDIS			BIT(6)
#define REG_RTTDQSEL		0x04904
#define REG_RTTBCNRC		0x04984

/* 8.2.3.12 Security */
#define REG_SECRXCTRL		0x08D00
#define  SECRXCTRL_RX_DIS		BIT(1)
#define REG_SECRXSTAT		0x08D04
#define  SECRXSTAT_SECRX_RDY		BIT(0)

/* 8.2.3.22 MAC */
#define REG_HLREG0		0x04240
#define  HLREG0_TXCRCEN			BIT(0)
#define  HLREG0_RXCRCSTRP		BIT(1)
#define  HLREG0_JUMBOEN			BIT(2)
#define  HLREG0_TXPADEN			BIT(10)
#define  HLREG0_LPBK			BIT(15)
#define REG_MAXFRS		0x04268
#define  MAXFRS_MFS(bytes)		((bytes) << 16)
#define REG_MFLCN		0x04294
#define  MFLCN_DPF			BIT(1)
#define  MFLCN_RFCE			BIT(3)
#define REG_AUTOC		0x042A0
#define  AUTOC_1G_PMA_PMD		BIT(9)		/* 0: SFI */
#define  AUTOC_RESTART_AN		BIT(12)
#define  AUTOC_LMS			GENMASK(15, 13)
#define  AUTOC_LMS_1G			(0 << 13)
#define  AUTOC_LMS_10G_PARALLEL		(1 << 13)
#define  AUTOC_LMS_1G_AN		(2 << 13)
#define  AUTOC_LMS_10G_SERIAL		(3 << 13)
#define  AUTOC_LMS_SGMII		(5 << 13)
#define REG_AUTOC2		0x042A8
#define  AUTOC2_10G_SERIAL		GENMASK(17, 16)
#define  AUTOC2_10G_SERIAL_SFI		BIT(17)
#define REG_LINKS		0x042A4
#define  LINKS_SPEED			GENMASK(29, 28)
#define  LINKS_SPEED_100M		BIT(28)
#define  LINKS_SPEED_1G			BIT(29)
#define  LINKS_SPEED_10G		GENMASK(29, 28)
#define  LINKS_UP			BIT(30)

/* 8.2.3.23 Statistics; all clear when read */
#define REG_CRCERRS		0x04000
#define REG_ILLERRC		0x04004
#define REG_ERRBC		0x04008
#define REG_RXMPC(n)		(0x03FA0 + 4 * (n))	/* 0..7 */
#define REG_RLEC		0x04040
#define REG_LXONTXC		0x03F60
#define REG_LXOFFTXC		0x03F68
#define REG_LXONRXCNT		0x041A4
#define REG_LXOFFRXCNT		0x041A8
#define REG_RXNFGPC		0x041B0
#define REG_GPRC		0x04074
#define REG_GPTC		0x04080
#define REG_GOTCL		0x04090
#define REG_GOTCH		0x04094
#define REG_RUC			0x040A4
#define REG_RFC			0x040A8
#define REG_ROC			0x040AC
#define REG_RJC			0x040B0
#define REG_QPRC(n)		(0x01030 + 0x40 * (n))	/* 0..15 */
#define REG_QBRC_L(n)		(0x01034 + 0x40 * (n))
#define REG_QBRC_H(n)		(0x01038 + 0x40 * (n))
#define REG_QPRDC(n)		(0x01430 + 0x40 * (n))	/* 0..15 */
#define REG_QPTC(n)		(0x08680 + 4 * (n))	/* 0..15 */
#define REG_QBTC_L(n)		(0x08700 + 8 * (n))	/* 0..15 */
#define REG_QBTC_H(n)		(0x08704 + 8 * (n))
#define REG_RQSMR(n)		(0x02300 + 4 * (n))	/* 0..31 */
#define REG_TQSM(n)		(0x08600 + 4 * (n))	/* 0..31 */

#endif
