/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Offsets and fields of the registers that the model's code itself looks at,
 * by their datasheet names (8.2.2 is the summary). All others are in
 * register_table.c alone.
 */
#ifndef NIC_OFFSETS_H
#define NIC_OFFSETS_H

#define CTRL		     0x00000u /* 8.2.3.1.1 */
#define CTRL_MASTER_DISABLE  (1u << 2)
#define CTRL_LRST	     (1u << 3)
#define CTRL_RST	     (1u << 26)
#define STATUS		     0x00008u /* 8.2.3.1.2 */
#define STATUS_LAN_ID_SHIFT  2
#define STATUS_LINK_UP	     (1u << 7)
#define STATUS_MASTER_ENABLE (1u << 19)

#define ESDP		0x00020u /* 8.2.3.1.4 */
#define ESDP_SDP2_DATA	(1u << 2)
#define ESDP_SDP3_DATA	(1u << 3) /* the module's TX_DISABLE */
#define ESDP_SDP2_IODIR (1u << 10) /* 1: output */
#define ESDP_SDP3_IODIR (1u << 11)
#define I2CCTL		0x00028u /* 8.2.3.1.5 */
#define I2CCTL_CLK_IN	(1u << 0)
#define I2CCTL_CLK_OUT	(1u << 1)
#define I2CCTL_DATA_IN	(1u << 2)
#define I2CCTL_DATA_OUT (1u << 3)

#define EEC		0x10010u /* 8.2.3.2.1 */
#define EEC_EE_SK	(1u << 0)
#define EEC_EE_CS	(1u << 1)
#define EEC_EE_DI	(1u << 2)
#define EEC_EE_DO	(1u << 3)
#define EEC_EE_REQ	(1u << 6)
#define EEC_EE_GNT	(1u << 7)
#define EEC_EE_PRES	(1u << 8)
#define EEC_AUTO_RD	(1u << 9)
#define EERD		0x10014u /* 8.2.3.2.2 */
#define EERD_START	(1u << 0)
#define EERD_DONE	(1u << 1)
#define EERD_ADDR_SHIFT 2
#define EERD_ADDR_MASK	0x3FFFu
#define EERD_DATA_SHIFT 16
#define PICAUSE		0x110B0u /* 8.2.3.4 */
#define PICAUSE_TO	(1u << 3)
#define PIENA		0x110B8u
#define SWSM		0x10140u /* 8.2.3.4 */
#define SWSM_SMBI	(1u << 0)
#define SWSM_SWESMBI	(1u << 1)
#define SW_FW_SYNC	0x10160u

#define FCTTV		0x03200u /* 8.2.3.3.2 */
#define FCRTL		0x03220u
#define FCRTL_RTL	0x0007FFE0u /* bytes */
#define FCRTL_XONE	(1u << 31)
#define FCRTH		0x03260u
#define FCRTH_RTH	0x0007FFE0u
#define FCRTH_FCEN	(1u << 31)
#define FCRTV		0x032A0u
#define TFCS		0x0CE00u
#define TFCS_TC_XON	(1u << 0)
#define FCCFG		0x03D00u
#define FCCFG_TFCE	(3u << 3)
#define FCCFG_TFCE_LINK (1u << 3)
#define MFLCN		0x04294u /* 8.2.3.22.34 */
#define MFLCN_PMCF	(1u << 0)
#define MFLCN_DPF	(1u << 1)
#define MFLCN_RFCE	(1u << 3)

#define EICR		      0x00800u /* 8.2.3.5 */
#define EICR_RTXQ	      0x0000FFFFu /* of queues, or vectors 0 to 15 */
#define EICR_VECTORS	      16u
#define EICR_OTHERS	      0x3FFF0000u
#define EICR_FLOW_DIRECTOR    (1u << 16) /* few filters are free */
#define EICR_RX_MISS	      (1u << 17) /* the packet buffer overran */
#define EICR_PCI	      (1u << 18) /* PCI exception */
#define EICR_MAILBOX	      (1u << 19)
#define EICR_LSC	      (1u << 20) /* the link went up or down */
#define EICR_GPI_SDP	      0x0F000000u /* general-purpose pins */
#define EICR_GPI_SDP_SHIFT    24
#define EICR_ECC	      (1u << 28)
#define EICR_TCP_TIMER	      (1u << 30)
#define EICR_RESERVED	      (1u << 31)
#define EICS		      0x00808u
#define EIAC		      0x00810u
#define EITR		      0x00820u
#define EITR_HIGH	      0x12300u /* from EITR[24] on */
#define EITR_INTERVAL	      0xFF8u
#define EITR_INTERVAL_SHIFT   3
#define EITR_CNT_WDIS	      (1u << 31)
#define EIMS		      0x00880u
#define EIMC		      0x00888u
#define EIAM		      0x00890u
#define GPIE		      0x00898u
#define GPIE_SDP_GPIEN	      0xFu
#define GPIE_MULTIPLE_MSIX    (1u << 4)
#define GPIE_OCD	      (1u << 5)
#define GPIE_EIMEN	      (1u << 6)
#define GPIE_EIAME	      (1u << 30)
#define IVAR		      0x00900u
#define IVAR_ALLOCATION	      0x3Fu
#define IVAR_VALID	      0x80u
#define IVAR_MISC	      0x00A00u
#define IVAR_MISC_OTHER_SHIFT 8
#define EIMS_EX		      0x00AA0u
#define EIMC_EX		      0x00AB0u
#define EIAM_EX		      0x00AD0u

#define FCTRL	      0x05080u /* 8.2.3.7.1 */
#define FCTRL_SBP     (1u << 1)
#define FCTRL_MPE     (1u << 8)
#define FCTRL_UPE     (1u << 9)
#define FCTRL_BAM     (1u << 10)
#define VLNCTRL	      0x05088u /* 8.2.3.7.2 */
#define VLNCTRL_VET   0x0000FFFFu
#define VLNCTRL_CFI   (1u << 28)
#define VLNCTRL_CFIEN (1u << 29)
#define VLNCTRL_VFE   (1u << 30)
#define MCSTCTRL      0x05090u /* 8.2.3.7.3 */
#define MCSTCTRL_MO   0x3u
#define MCSTCTRL_MFE  (1u << 2)
#define MTA	      0x05200u /* 8.2.3.7.7 */
#define RAL	      0x0A200u /* 8.2.3.7.8, stride 8 */
#define RAH	      0x0A204u /* 8.2.3.7.9 */
#define RAH_AV	      (1u << 31)
#define NIC_ADDRESSES 128u
#define VFTA	      0x0A000u /* 8.2.3.7.11 */
#define PFVLVF	      0x0F100u /* 8.2.3.27.15 */
#define PFVLVFB	      0x0F200u
#define PFUTA	      0x0F400u /* 8.2.3.27.12 */

/* Receive: offloads and header split */
#define PSRTYPE		0x0EA00u /* 8.2.3.7.4 */
#define PSRTYPE_TCPHDR	(1u << 4)
#define PSRTYPE_UDPHDR	(1u << 5)
#define PSRTYPE_IPV4HDR (1u << 8)
#define PSRTYPE_IPV6HDR (1u << 9)
#define PSRTYPE_L2HDR	(1u << 12)
#define RXCSUM		0x05000u /* 8.2.3.7.5 */
#define RXCSUM_IPPCSE	(1u << 12)
#define RXCSUM_PCSD	(1u << 13)

/* RSS */
#define MRQC	      0x0EC80u /* 8.2.3.7.12 */
#define MRQC_MRQE     0xFu
#define MRQC_RSS      1u
#define MRQC_TCP_IPV4 (1u << 16)
#define MRQC_IPV4     (1u << 17)
#define MRQC_IPV6     (1u << 20)
#define MRQC_TCP_IPV6 (1u << 21)
#define MRQC_UDP_IPV4 (1u << 22)
#define MRQC_UDP_IPV6 (1u << 23)
#define RSSRK	      0x0EB80u /* 8.2.3.7.14 */
#define RSS_KEY_BYTES 40u
#define RETA	      0x0EB00u /* 8.2.3.7.15 */

/* The queue filters */
#define NIC_FIVE_TUPLE_FILTERS	   128u
#define SAQF			   0x0E000u /* 8.2.3.7.16 */
#define DAQF			   0x0E200u /* 8.2.3.7.17 */
#define SDPQF			   0x0E400u /* 8.2.3.7.18 */
#define FTQF			   0x0E600u /* 8.2.3.7.19 */
#define FTQF_PROTOCOL		   3u
#define FTQF_TCP		   0u
#define FTQF_UDP		   1u
#define FTQF_SCTP		   2u
#define FTQF_OTHER		   3u
#define FTQF_PRIORITY_SHIFT	   2
#define FTQF_MASK_SOURCE	   (1u << 25)
#define FTQF_MASK_DESTINATION	   (1u << 26)
#define FTQF_MASK_SOURCE_PORT	   (1u << 27)
#define FTQF_MASK_DESTINATION_PORT (1u << 28)
#define FTQF_MASK_PORTS		   (FTQF_MASK_SOURCE_PORT | FTQF_MASK_DESTINATION_PORT)
#define FTQF_MASK_PROTOCOL	   (1u << 29)
#define FTQF_QUEUE_EN		   (1u << 31)
#define L34TIMIR		   0x0E800u /* 8.2.3.5 */
#define L34TIMIR_LLI		   (1u << 20)
#define L34TIMIR_RX_QUEUE_SHIFT	   21
#define SYNQF			   0x0EC30u /* 8.2.3.7.20 */
#define SYNQF_QUEUE_EN		   (1u << 0)
#define SYNQF_RX_QUEUE_SHIFT	   1
#define SYNQF_SYNQFP		   (1u << 31)
#define NIC_ETHERTYPE_FILTERS	   8u
#define ETQF			   0x05128u /* 8.2.3.7.21 */
#define ETQF_ETYPE		   0xFFFFu
#define ETQF_UP_SHIFT		   16
#define ETQF_UP_EN		   (1u << 19)
#define ETQF_FILTER_EN		   (1u << 31)
#define ETQS			   0x0EC00u /* 8.2.3.7.22 */
#define ETQS_RX_QUEUE_SHIFT	   16
#define ETQS_LLI		   (1u << 29)
#define ETQS_QUEUE_EN		   (1u << 31)

/* The flow director, 8.2.3.21 */
#define FDIRCTRL		   0x0EE00u
#define FDIRCTRL_PBALLOC	   3u
#define FDIRCTRL_INIT_DONE	   (1u << 3)
#define FDIRCTRL_PERFECT	   (1u << 4)
#define FDIRCTRL_REPORT		   (1u << 5)
#define FDIRCTRL_REPORT_ALWAYS	   (1u << 7)
#define FDIRCTRL_DROP_QUEUE_SHIFT  8
#define FDIRCTRL_FLEX_SHIFT	   16 /* offset in words */
#define FDIRCTRL_FULL_THRESH_SHIFT 28
#define FDIRIPSA		   0x0EE18u
#define FDIRIPDA		   0x0EE1Cu
#define FDIRPORT		   0x0EE20u
#define FDIRVLAN		   0x0EE24u
#define FDIRHASH		   0x0EE28u
#define FDIRCMD			   0x0EE2Cu
#define FDIRCMD_CMD		   3u
#define FDIRCMD_ADD		   1u
#define FDIRCMD_REMOVE		   2u
#define FDIRCMD_QUERY		   3u
#define FDIRCMD_FILTER_VALID	   (1u << 2)
#define FDIRCMD_FILTER_UPDATE	   (1u << 3)
#define FDIRCMD_TYPE_SHIFT	   5
#define FDIRCMD_CLEARHT		   (1u << 8)
#define FDIRCMD_DROP		   (1u << 9)
#define FDIRCMD_QUEUE_EN	   (1u << 15)
#define FDIRCMD_RX_QUEUE_SHIFT	   16
#define FDIRCMD_POOL_SHIFT	   24
#define FDIRFREE		   0x0EE38u
#define FDIRDIP4M		   0x0EE3Cu
#define FDIRSIP4M		   0x0EE40u
#define FDIRTCPM		   0x0EE44u
#define FDIRUDPM		   0x0EE48u
#define FDIRUSTAT		   0x0EE50u
#define FDIRFSTAT		   0x0EE54u
#define FDIRMATCH		   0x0EE58u
#define FDIRMISS		   0x0EE5Cu
#define FDIRHKEY		   0x0EE68u
#define FDIRSKEY		   0x0EE6Cu
#define FDIRM			   0x0EE70u
#define FDIRM_VLANID		   (1u << 0)
#define FDIRM_VLANP		   (1u << 1)
#define FDIRM_POOL		   (1u << 2)
#define FDIRM_L4P		   (1u << 3)
#define FDIRM_FLEX		   (1u << 4)
#define FDIRM_DIPV6		   (1u << 5)
#define FDIRIP6M		   0x0EE74u

/* Receive queues 0..63, 64..127: 8.2.3.8.1 to .7, offsets within a queue's 0x40 bytes. */
#define RX_QUEUE_LOW	   0x01000u
#define RX_QUEUE_HIGH	   0x0D000u
#define RDBAL		   0x00u
#define RDBAH		   0x04u
#define RDLEN		   0x08u
#define RDH		   0x10u
#define SRRCTL		   0x14u
#define SRRCTL_BSIZEPACKET 0x1Fu /* KB */
#define SRRCTL_DROP_EN	   (1u << 28)
#define RDT		   0x18u
#define RXDCTL		   0x28u
#define RXDCTL_ENABLE	   (1u << 25)
#define RXDCTL_VME	   (1u << 30)

/* In SRRCTL */
#define SRRCTL_BSIZEHEADER_SHIFT 8
#define SRRCTL_BSIZEHEADER	 0x3Fu /* 64 bytes */
#define SRRCTL_DESCTYPE_SHIFT	 25
#define SRRCTL_DESCTYPE		 7u
#define SRRCTL_LEGACY		 0u
#define SRRCTL_ONE_BUFFER	 1u
#define SRRCTL_SPLIT		 2u
#define SRRCTL_SPLIT_ALWAYS	 5u

#define RDRXCTL		    0x02F00u /* 8.2.3.8.8 */
#define RDRXCTL_CRCSTRIP    (1u << 1)
#define RDRXCTL_DMAIDONE    (1u << 3)
#define RDRXCTL_RSCFRSTSIZE (0x1Fu << 17)
#define RDRXCTL_RSCACKC	    (1u << 25)
#define RDRXCTL_FCOE_WRFIX  (1u << 26)
#define RXCTRL		    0x03000u /* 8.2.3.8.10 */
#define RXCTRL_RXEN	    (1u << 0)
#define RXPBSIZE	    0x03C00u /* 8.2.3.8.9 */
#define RXPBSIZE_SIZE	    0x000FFC00u /* bytes, as KB start at bit 10 */
#define SECRXCTRL	    0x08D00u /* 8.2.3.12 */
#define SECRXCTRL_RX_DIS    (1u << 1)
#define SECRXSTAT	    0x08D04u
#define SECRXSTAT_SECRX_RDY (1u << 0)

/* Transmit queues: 8.2.3.9.5 to .12 */
#define TX_QUEUE	     0x06000u
#define TDBAL		     0x00u
#define TDBAH		     0x04u
#define TDLEN		     0x08u
#define DCA_TXCTRL	     0x0Cu /* 8.2.3.11.2 */
#define DCA_TXCTRL_WB_RO_EN  (1u << 11)
#define TDH		     0x10u
#define TDT		     0x18u
#define TXDCTL		     0x28u
#define TXDCTL_PTHRESH	     0x7Fu
#define TXDCTL_HTHRESH	     (0x7Fu << 8)
#define TXDCTL_WTHRESH_SHIFT 16
#define TXDCTL_WTHRESH	     (0x7Fu << 16)
#define TXDCTL_ENABLE	     (1u << 25)
#define TXDCTL_SWFLSH	     (1u << 26)
#define TDWBAL		     0x38u
#define TDWBAL_HEAD_WB_EN    (1u << 0)
#define TDWBAH		     0x3Cu
#define DMATXCTL	     0x04A80u /* 8.2.3.9.2 */
#define DMATXCTL_TE	     (1u << 0)
#define DTXTCPFLGL	     0x04A88u /* 8.2.3.9.3 */
#define DTXTCPFLGH	     0x04A8Cu /* 8.2.3.9.4 */
#define MTQC		     0x08120u /* 8.2.3.9.15 */
#define MTQC_RT_ENA	     (1u << 0)
#define MTQC_VT_ENA	     (1u << 1)
#define RTTDCS		     0x04900u /* 8.2.3.10.2 */
#define RTTDCS_ARBDIS	     (1u << 6)

#define HLREG0		    0x04240u /* 8.2.3.22.8 */
#define HLREG0_TXCRCEN	    (1u << 0)
#define HLREG0_RXCRCSTRP    (1u << 1)
#define HLREG0_JUMBOEN	    (1u << 2)
#define HLREG0_TXPADEN	    (1u << 10)
#define HLREG0_LPBK	    (1u << 15)
#define HLREG0_RXLNGTHERREN (1u << 27)
#define MAXFRS		    0x04268u /* 8.2.3.22 */
#define AUTOC		    0x042A0u /* 8.2.3.22.19 */
#define AUTOC_FLU	    (1u << 0)
#define AUTOC_RESTART_AN    (1u << 12)
#define AUTOC_LMS_SHIFT	    13
#define ANLP1		    0x042B0u
#define ANLP1_ANAS_SHIFT    16
#define LINKS		    0x042A4u
#define LINKS_SPEED_1G	    (2u << 28)
#define LINKS_SPEED_10G	    (3u << 28)
#define LINKS_UP	    (1u << 30)

/* Of flow control, 8.2.3.23 */
#define LXONTXC	   0x03F60u
#define LXOFFTXC   0x03F68u
#define LXONRXCNT  0x041A4u
#define LXOFFRXCNT 0x041A8u

/* Statistics, 8.2.3.23 */
#define RXMPC	0x03FA0u
#define CRCERRS 0x04000u
#define ILLERRC 0x04004u
#define ERRBC	0x04008u
#define RLEC	0x04040u
#define PRC64	0x0405Cu
#define GPRC	0x04074u
#define BPRC	0x04078u
#define MPRC	0x0407Cu
#define GPTC	0x04080u
#define GORCL	0x04088u
#define GOTCL	0x04090u
#define RUC	0x040A4u
#define RFC	0x040A8u
#define ROC	0x040ACu
#define RJC	0x040B0u
#define TORL	0x040C0u
#define TPR	0x040D0u
#define TPT	0x040D4u
#define PTC64	0x040D8u
#define MPTC	0x040F0u
#define BPTC	0x040F4u
#define RQSMR	0x02300u
#define TQSM	0x08600u
#define QPRC	0x01030u /* stride 0x40 */
#define QBRC_L	0x01034u
#define QPRDC	0x01430u
#define QPTC	0x08680u
#define QBTC_L	0x08700u /* stride 8 */

/* Frames received to memory, of the queues that RXDSTATCTRL selects, 8.2.3.23 */
#define RXDSTATCTRL	 0x02F40u
#define RXDSTATCTRL_QSEL 0x1Fu
#define RXDSTATCTRL_ALL	 0x10u
#define RXDGPC		 0x02F50u
#define RXDGBCL		 0x02F54u
#define RXNFGPC		 0x041B0u

static inline uint32_t nic_rx_offset(unsigned int queue, uint32_t reg)
{
	if (queue < 64)
		return RX_QUEUE_LOW + queue * 0x40 + reg;
	return RX_QUEUE_HIGH + (queue - 64) * 0x40 + reg;
}

static inline uint32_t nic_tx_offset(unsigned int queue, uint32_t reg)
{
	return TX_QUEUE + queue * 0x40 + reg;
}

#endif
