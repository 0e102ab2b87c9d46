/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests' small driver (nic_driver.h) uses of the 82599: registers and
 * fields, from the datasheet's chapter 8.2.3 and from nowhere else. A list
 * shared with the model or with the module would prove nothing.
 */
#ifndef NIC_DATASHEET_H
#define NIC_DATASHEET_H

#define D_CTRL		      0x00000
#define D_CTRL_MASTER_DISABLE 0x00000004
#define D_CTRL_LRST	      0x00000008
#define D_CTRL_RST	      0x04000000
#define D_STATUS	      0x00008
#define D_STATUS_MASTER	      0x00080000
#define D_STATUS_LAN_ID	      0x0000000C
#define D_ESDP		      0x00020
#define D_I2CCTL	      0x00028
#define D_I2C_CLK_IN	      0x00000001
#define D_I2C_CLK_OUT	      0x00000002
#define D_I2C_DATA_IN	      0x00000004
#define D_I2C_DATA_OUT	      0x00000008
#define D_EICR		      0x00800
#define D_EICS		      0x00808
#define D_EIAC		      0x00810
#define D_EITR(i)	      ((i) < 24 ? 0x00820 + 4 * (i) : 0x12300 + 4 * ((i) - 24))
#define D_EITR_CNT_WDIS	      0x80000000
#define D_EIMS		      0x00880
#define D_EIMC		      0x00888
#define D_EIAM		      0x00890
#define D_GPIE		      0x00898
#define D_GPIE_MULTIPLE_MSIX  0x00000010
#define D_GPIE_OCD	      0x00000020
#define D_GPIE_EIMEN	      0x00000040
#define D_GPIE_EIAME	      0x40000000
#define D_GPIE_PBA_SUPPORT    0x80000000
#define D_IVAR(i)	      (0x00900 + 4 * (i))
#define D_IVAR_MISC	      0x00A00
#define D_EICS_EX(i)	      (0x00A90 + 4 * ((i) - 1))
#define D_EIMS_EX(i)	      (0x00AA0 + 4 * ((i) - 1))
#define D_EIMC_EX(i)	      (0x00AB0 + 4 * ((i) - 1))
#define D_EIAM_EX(i)	      (0x00AD0 + 4 * ((i) - 1))
#define D_LSC		      0x00100000
#define D_TCP_TIMER	      0x40000000
#define D_EEC		      0x10010
#define D_EEC_AUTO_RD	      0x00000200
#define D_EERD		      0x10014
#define D_SWSM		      0x10140
#define D_SW_FW_SYNC	      0x10160
#define D_FCTRL		      0x05080
#define D_FCTRL_SBP	      0x00000002
#define D_FCTRL_MPE	      0x00000100
#define D_FCTRL_UPE	      0x00000200
#define D_FCTRL_BAM	      0x00000400
#define D_VLNCTRL	      0x05088
#define D_MCSTCTRL	      0x05090
#define D_MTA(i)	      (0x05200 + 4 * (i))
#define D_RAL(i)	      (0x0A200 + 8 * (i))
#define D_RAH(i)	      (0x0A204 + 8 * (i))
#define D_VFTA(i)	      (0x0A000 + 4 * (i))
#define D_PFVLVF(i)	      (0x0F100 + 4 * (i))
#define D_PFVLVFB(i)	      (0x0F200 + 4 * (i))
#define D_PFUTA(i)	      (0x0F400 + 4 * (i))
#define D_RX(q, r)	      (((q) < 64 ? 0x01000 + 0x40 * (q) : 0x0D000 + 0x40 * ((q) - 64)) + (r))
#define D_RDBAL		      0x00
#define D_RDBAH		      0x04
#define D_RDLEN		      0x08
#define D_RDH		      0x10
#define D_SRRCTL	      0x14
#define D_SRRCTL_DROP_EN      0x10000000
#define D_RDT		      0x18
#define D_RXDCTL	      0x28
#define D_ENABLE	      0x02000000
#define D_RXDCTL_VME	      0x40000000
#define D_RDRXCTL	      0x02F00
#define D_RDRXCTL_CRCSTRIP    0x00000002
#define D_RDRXCTL_DMAIDONE    0x00000008
#define D_RDRXCTL_RSCFRSTSIZE 0x003E0000
#define D_RDRXCTL_FIXED	      0x06000000
#define D_RXCTRL	      0x03000
#define D_SECRXCTRL	      0x08D00
#define D_SECRXCTRL_RX_DIS    0x00000002
#define D_SECRXSTAT	      0x08D04
#define D_TX(q, r)	      (0x06000 + 0x40 * (q) + (r))
#define D_TDBAL		      0x00
#define D_TDBAH		      0x04
#define D_TDLEN		      0x08
#define D_DCA_TXCTRL	      0x0C
#define D_TDH		      0x10
#define D_TDT		      0x18
#define D_TXDCTL	      0x28
#define D_TDWBAL	      0x38
#define D_TDWBAH	      0x3C
#define D_DMATXCTL	      0x04A80
#define D_MTQC		      0x08120
#define D_RTTDCS	      0x04900
#define D_RTTDCS_ARBDIS	      0x00000040
#define D_HLREG0	      0x04240
#define D_HLREG0_TXCRCEN      0x00000001
#define D_HLREG0_RXCRCSTRP    0x00000002
#define D_HLREG0_JUMBOEN      0x00000004
#define D_HLREG0_TXPADEN      0x00000400
#define D_HLREG0_LPBK	      0x00008000
#define D_MAXFRS	      0x04268
#define D_AUTOC		      0x042A0
#define D_AUTOC_RESTART_AN    0x00001000
#define D_LINKS		      0x042A4
#define D_LINKS_UP	      0x40000000
#define D_FCTTV0	      0x03200
#define D_FCRTL0	      0x03220
#define D_FCRTL_XONE	      0x80000000
#define D_FCRTH0	      0x03260
#define D_FCRTH_FCEN	      0x80000000
#define D_FCRTV		      0x032A0
#define D_FCCFG		      0x03D00
#define D_FCCFG_TFCE_LINK     0x00000008
#define D_TFCS		      0x0CE00
#define D_MFLCN		      0x04294
#define D_MFLCN_PMCF	      0x00000001
#define D_MFLCN_DPF	      0x00000002
#define D_MFLCN_RFCE	      0x00000008
#define D_LXONTXC	      0x03F60
#define D_LXOFFTXC	      0x03F68
#define D_LXONRXCNT	      0x041A4
#define D_LXOFFRXCNT	      0x041A8

/* Receive offloads and queues: 8.2.3.7 */
#define D_PSRTYPE	  0x0EA00
#define D_PSRTYPE_TCP	  0x00000010
#define D_PSRTYPE_UDP	  0x00000020
#define D_PSRTYPE_IPV4	  0x00000100
#define D_PSRTYPE_IPV6	  0x00000200
#define D_PSRTYPE_L2	  0x00001000
#define D_RXCSUM	  0x05000
#define D_RXCSUM_IPPCSE	  0x00001000
#define D_RXCSUM_PCSD	  0x00002000
#define D_MRQC		  0x0EC80
#define D_MRQC_RSS	  0x00000001
#define D_MRQC_TCP4	  0x00010000
#define D_MRQC_IP4	  0x00020000
#define D_MRQC_IP6	  0x00100000
#define D_MRQC_TCP6	  0x00200000
#define D_MRQC_UDP4	  0x00400000
#define D_MRQC_UDP6	  0x00800000
#define D_RSSRK(i)	  (0x0EB80 + 4 * (i))
#define D_RETA(i)	  (0x0EB00 + 4 * (i))
#define D_SAQF(i)	  (0x0E000 + 4 * (i))
#define D_DAQF(i)	  (0x0E200 + 4 * (i))
#define D_SDPQF(i)	  (0x0E400 + 4 * (i))
#define D_FTQF(i)	  (0x0E600 + 4 * (i))
#define D_L34TIMIR(i)	  (0x0E800 + 4 * (i))
#define D_SYNQF		  0x0EC30
#define D_ETQF(i)	  (0x05128 + 4 * (i))
#define D_ETQS(i)	  (0x0EC00 + 4 * (i))
#define D_SRRCTL_ADVANCED 0x02000000
#define D_SRRCTL_SPLIT	  0x04000000
#define D_SRRCTL_ALWAYS	  0x0A000000
#define D_RQSMR(i)	  (0x02300 + 4 * (i))
#define D_RXMPC		  0x03FA0
#define D_QPRC(i)	  (0x01030 + 0x40 * (i))
#define D_QPRDC(i)	  (0x01430 + 0x40 * (i))
#define D_RXDSTATCTRL	  0x02F40
#define D_RXDGPC	  0x02F50

/* An advanced receive descriptor's second half, 7.1.6.2. */
#define D_RX_DD	   0x00000001u
#define D_RX_EOP   0x00000002u
#define D_RX_FLM   0x00000004u
#define D_RX_VP	   0x00000008u
#define D_RX_UDPCS 0x00000010u
#define D_RX_L4CS  0x00000020u
#define D_RX_IPCS  0x00000040u
#define D_RX_PIF   0x00000080u
#define D_RX_UDPV  0x00000400u
#define D_RX_LLINT 0x00000800u
#define D_RX_HBO   0x00800000u
#define D_RX_RXE   0x20000000u
#define D_RX_L4E   0x40000000u
#define D_RX_IPE   0x80000000u
#define D_RX_SPH   0x80000000u /* first half */

/* Its packet types */
#define D_IPV4	0x001
#define D_IPV4E 0x002
#define D_IPV6	0x004
#define D_IPV6E 0x008
#define D_TCP	0x010
#define D_UDP	0x020
#define D_SCTP	0x040
#define D_ESP	0x100
#define D_AH	0x200
#define D_L2	0x800

/* Transmit statistics */
#define D_GPTC	    0x04080
#define D_GOTCL	    0x04090
#define D_PTC64	    0x040D8
#define D_QPTC(i)   (0x08680 + 4 * (i))
#define D_QBTC_L(i) (0x08700 + 8 * (i))

/* Commands of a legacy transmit descriptor, as they stand in its second 8 bytes. */
#define D_EOP  (1ull << 24)
#define D_IFCS (1ull << 25)
#define D_IC   (1ull << 26)
#define D_RS   (1ull << 27)
#define D_DEXT (1ull << 29)
#define D_VLE  (1ull << 30)
#define D_DD   (1ull << 32)

/* Advanced transmit descriptors, likewise: data, 7.2.3.2.4 */
#define D_DATA	    (D_DEXT | 3ull << 20)
#define D_TSE	    (1ull << 31)
#define D_IDX(i)    ((uint64_t)(i) << 36)
#define D_CC	    (1ull << 39)
#define D_IXSM	    (1ull << 40)
#define D_TXSM	    (1ull << 41)
#define D_PAYLEN(n) ((uint64_t)(n) << 46)

/* and contexts, 7.2.3.2.3: what is in the first 8 bytes, and in the second. */
#define D_IPLEN(n)  ((uint64_t)(n))
#define D_MACLEN(n) ((uint64_t)(n) << 9)
#define D_VLAN(t)   ((uint64_t)(t) << 16)
#define D_CONTEXT   (D_DEXT | 2ull << 20)
#define D_TX_SNAP   (1ull << 9)
#define D_TX_IPV4   (1ull << 10)
#define D_L4T(n)    ((uint64_t)(n) << 11) /* 0: UDP, 1: TCP, 2: SCTP */
#define D_L4LEN(n)  ((uint64_t)(n) << 40)
#define D_MSS(n)    ((uint64_t)(n) << 48)

#define D_WTHRESH(n) ((uint32_t)(n) << 16) /* of TXDCTL */
#define D_SWFLSH     0x04000000
#define D_DTXTCPFLGL 0x04A88
#define D_DTXTCPFLGH 0x04A8C

#endif
