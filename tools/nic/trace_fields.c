// SPDX-License-Identifier: BSD-3-Clause
/*
 * The fields of registers that a trace spells out, by their datasheet names
 * (8.2.3). Data for trace.c alone: the model acts by the masks of offsets.h,
 * and a mistake here misleads a reader only.
 */
#include "trace.h"

#define BIT(name, at)	      { name, at, 1 }
#define BITS(name, at, width) { name, at, width }

/* clang-format off */

#define CAUSES											\
	BITS("RTxQ", 0, 16), BIT("FLOW_DIRECTOR", 16), BIT("RX_MISS", 17),			\
	BIT("PCI_EXCEPTION", 18), BIT("MAILBOX", 19), BIT("LSC", 20), BIT("LINKSEC", 21),	\
	BIT("MNG", 22), BIT("GPI_SDP0", 24), BIT("GPI_SDP1", 25), BIT("GPI_SDP2", 26),		\
	BIT("GPI_SDP3", 27), BIT("ECC", 28), BIT("TCP_TIMER", 30), BIT("OTHER", 31)
#define DCA_COMMON BIT("DESC_READ_RO", 9), BIT("DESC_WB_RO", 11), BITS("CPUID", 24, 8)

const struct nic_register_fields nic_register_fields[] = {
	{ "CTRL", { BIT("PCIe_MASTER_DISABLE", 2), BIT("LRST", 3), BIT("RST", 26) } },
	{ "STATUS", { BITS("LAN_ID", 2, 2), BIT("LU", 7), BITS("NUM_VFS", 10, 8), BIT("IOV", 18),
		      BIT("MASTER_EN", 19) } },
	{ "CTRL_EXT", { BIT("NS_DIS", 16), BIT("RO_DIS", 17), BIT("EXTENDED_VLAN", 26),
			BIT("DRV_LOAD", 28) } },
	{ "I2CCTL", { BIT("CLK_IN", 0), BIT("CLK_OUT", 1), BIT("DATA_IN", 2),
		      BIT("DATA_OUT", 3) } },
	{ "EEC", { BIT("EE_REQ", 6), BIT("EE_GNT", 7), BIT("EE_PRES", 8), BIT("AUTO_RD", 9),
		   BITS("EE_SIZE", 11, 4) } },
	{ "EERD", { BIT("START", 0), BIT("DONE", 1), BITS("ADDR", 2, 14),
		    BITS("DATA", 16, 16) } },
	{ "SWSM", { BIT("SMBI", 0), BIT("SWESMBI", 1) } },
	{ "FWSM", { BITS("FW_MODE", 1, 3), BIT("FW_VALID", 15), BITS("EXT_ERR_IND", 19, 6) } },
	{ "SW_FW_SYNC", { BITS("SW", 0, 5), BITS("FW", 5, 5) } },
	{ "GCR_EXT", { BITS("VT_MODE", 0, 2), BIT("BUFFERS_CLEAR", 30) } },

	{ "EICR", { CAUSES } },
	{ "EICS", { CAUSES } },
	{ "EIMS", { CAUSES } },
	{ "EIMC", { CAUSES } },
	{ "EIAC", { CAUSES } },
	{ "EIAM", { CAUSES } },
	{ "EITR", { BITS("ITR_INTERVAL", 3, 9), BIT("LLI_MODERATION", 15),
		    BITS("LL_COUNTER", 16, 5), BITS("ITR_COUNTER", 21, 7), BIT("CNT_WDIS", 31) } },
	{ "GPIE", { BITS("SDP_GPIEN", 0, 4), BIT("MULTIPLE_MSIX", 4), BIT("OCD", 5),
		    BIT("EIMEN", 6), BITS("LL_INTERVAL", 7, 4), BITS("RSC_DELAY", 11, 3),
		    BITS("VT_MODE", 14, 2), BIT("EIAME", 30), BIT("PBA_SUPPORT", 31) } },
	{ "IVAR", { BITS("INT_ALLOC0", 0, 6), BIT("VAL0", 7), BITS("INT_ALLOC1", 8, 6),
		    BIT("VAL1", 15), BITS("INT_ALLOC2", 16, 6), BIT("VAL2", 23),
		    BITS("INT_ALLOC3", 24, 6), BIT("VAL3", 31) } },
	{ "IVAR_MISC", { BITS("INT_ALLOC0", 0, 6), BIT("VAL0", 7), BITS("INT_ALLOC1", 8, 6),
			 BIT("VAL1", 15) } },

	{ "FCTRL", { BIT("SBP", 1), BIT("MPE", 8), BIT("UPE", 9), BIT("BAM", 10) } },
	{ "VLNCTRL", { BITS("VET", 0, 16), BIT("CFI", 28), BIT("CFIEN", 29), BIT("VFE", 30) } },
	{ "MCSTCTRL", { BITS("MO", 0, 2), BIT("MFE", 2) } },
	{ "RAH", { BITS("RAH", 0, 16), BIT("AV", 31) } },
	{ "RXCSUM", { BIT("IPPCSE", 12), BIT("PCSD", 13) } },
	{ "RFCTL", { BIT("RSC_DIS", 5), BIT("NFSW_DIS", 6), BIT("NFSR_DIS", 7),
		     BITS("NFS_VER", 8, 2) } },
	{ "MRQC", { BITS("MRQE", 0, 4), BIT("TCPIPV4", 16), BIT("IPV4", 17), BIT("IPV6", 20),
		    BIT("TCPIPV6", 21), BIT("UDPIPV4", 22), BIT("UDPIPV6", 23) } },
	{ "FTQF", { BITS("PROTOCOL", 0, 2), BITS("PRIORITY", 2, 3), BITS("POOL", 8, 6),
		    BITS("MASK", 25, 5), BIT("POOL_MASK", 30), BIT("QUEUE_ENABLE", 31) } },
	{ "FDIRCTRL", { BITS("PBALLOC", 0, 2), BIT("INIT_DONE", 3), BIT("PERFECT_MATCH", 4),
			BIT("REPORT_STATUS", 5), BITS("DROP_QUEUE", 8, 7),
			BITS("FLEX_OFFSET", 16, 5), BITS("MAX_LENGTH", 24, 4),
			BITS("FULL_THRESH", 28, 4) } },

	{ "SRRCTL", { BITS("BSIZEPACKET", 0, 5), BITS("BSIZEHEADER", 8, 6), BITS("RDMTS", 22, 3),
		      BITS("DESCTYPE", 25, 3), BIT("DROP_EN", 28) } },
	{ "RXDCTL", { BIT("ENABLE", 25), BIT("VME", 30) } },
	{ "RSCCTL", { BIT("RSCEN", 0), BITS("MAXDESC", 2, 2) } },
	{ "RDRXCTL", { BIT("CRCStrip", 1), BIT("DMAIDONE", 3), BITS("RSCFRSTSIZE", 17, 5),
		       BIT("RSCACKC", 25), BIT("FCOE_WRFIX", 26) } },
	{ "RXCTRL", { BIT("RXEN", 0) } },
	{ "RXPBSIZE", { BITS("SIZE", 10, 10) } },
	{ "SECRXCTRL", { BIT("SECRX_DIS", 0), BIT("RX_DIS", 1) } },
	{ "SECRXSTAT", { BIT("SECRX_RDY", 0) } },
	{ "SECTXCTRL", { BIT("SECTX_DIS", 0), BIT("TX_DIS", 1) } },
	{ "SECTXSTAT", { BIT("SECTX_RDY", 0) } },
	{ "DCA_RXCTRL", { DCA_COMMON } },

	{ "TXDCTL", { BITS("PTHRESH", 0, 7), BITS("HTHRESH", 8, 7), BITS("WTHRESH", 16, 7),
		      BIT("ENABLE", 25), BIT("SWFLSH", 26) } },
	{ "TDWBAL", { BIT("Head_WB_En", 0) } },
	{ "DMATXCTL", { BIT("TE", 0), BIT("GDV", 3), BITS("VT", 16, 16) } },
	{ "MTQC", { BIT("RT_Ena", 0), BIT("VT_Ena", 1), BITS("NUM_TC_OR_Q", 2, 2) } },
	{ "RTTDCS", { BIT("TDPAC", 0), BIT("VMPAC", 1), BIT("TDRM", 4), BIT("ARBDIS", 6),
		      BIT("BDPM", 22), BIT("BPBFSM", 23) } },
	{ "TXPBSIZE", { BITS("SIZE", 10, 10) } },
	{ "DCA_TXCTRL", { DCA_COMMON } },

	{ "HLREG0", { BIT("TXCRCEN", 0), BIT("RXCRCSTRP", 1), BIT("JUMBOEN", 2),
		      BIT("TXPADEN", 10), BIT("LPBK", 15), BIT("MDCSPD", 16), BIT("CONTMDC", 17),
		      BITS("PREPEND", 20, 4), BIT("RXLNGTHERREN", 27),
		      BIT("RXPADSTRIPEN", 28) } },
	{ "MAXFRS", { BITS("MFS", 16, 16) } },
	{ "MFLCN", { BIT("PMCF", 0), BIT("DPF", 1), BIT("RPFCE", 2), BIT("RFCE", 3) } },
	{ "FCCFG", { BITS("TFCE", 3, 2) } },
	{ "FCRTL", { BITS("RTL", 5, 14), BIT("XONE", 31) } },
	{ "FCRTH", { BITS("RTH", 5, 14), BIT("FCEN", 31) } },
	{ "AUTOC", { BIT("FLU", 0), BIT("1G_PMA_PMD", 9), BIT("D10GMP", 10),
		     BIT("Restart_AN", 12), BITS("LMS", 13, 3) } },
	{ "AUTOC2", { BITS("10G_PMA_PMD_Serial", 16, 2) } },
	{ "LINKS", { BITS("LINK_SPEED", 28, 2), BIT("UP", 30) } },
};
/* clang-format on */

const size_t nic_register_fields_count =
	sizeof(nic_register_fields) / sizeof(nic_register_fields[0]);
