// SPDX-License-Identifier: BSD-3-Clause
/*
 * The SFP+ module in the port's cage: two memories on an I2C bus, identity
 * (SFF-8472, address 0xA0) and diagnostics (0xA2), whose two wires software
 * moves and reads by I2CCTL; and the cage's pins in ESDP.
 */
#include <string.h>

#include "core.h"

#define I2C_READ 1u /* lowest bit of an address byte */

/* SFF-8472, table 4-1. */
#define SFF_IDENTIFIER	    0
#define SFF_IDENTIFIER_SFP  0x03
#define SFF_EXT_IDENTIFIER  1
#define SFF_CONNECTOR	    2
#define SFF_CONNECTOR_LC    0x07
#define SFF_CONNECTOR_CABLE 0x21
#define SFF_10G_CODES	    3
#define SFF_10G_SR	    0x10
#define SFF_10G_LR	    0x20
#define SFF_CABLE	    8
#define SFF_CABLE_PASSIVE   0x04
#define SFF_ENCODING	    11
#define SFF_ENCODING_64B66B 0x06
#define SFF_BIT_RATE	    12 /* 100 Mb/s */
#define SFF_LENGTH_SMF_KM   14
#define SFF_LENGTH_OM3_10M  19
#define SFF_LENGTH_CABLE_M  18
#define SFF_VENDOR_NAME	    20
#define SFF_VENDOR_OUI	    37
#define SFF_VENDOR_PART	    40
#define SFF_VENDOR_REVISION 56
#define SFF_WAVELENGTH	    60 /* nm */
#define SFF_CC_BASE	    63
#define SFF_OPTIONS	    65
#define SFF_OPTIONS_PINS    0x1A /* TX_DISABLE, TX_FAULT, Rx_LOS */
#define SFF_VENDOR_SERIAL   68
#define SFF_DATE	    84
#define SFF_DIAGNOSTICS	    92
#define SFF_DIAGNOSTICS_ON  0x68 /* there are some, calibrated, average power */
#define SFF_COMPLIANCE	    94
#define SFF_CC_EXT	    95

/* Table 4-5, diagnostics: thresholds, then what is measured. */
#define DIAG_CC		 95
#define DIAG_TEMPERATURE 96 /* 1/256 degree C */
#define DIAG_VCC	 98 /* 100 uV */
#define DIAG_TX_BIAS	 100 /* 2 uA */
#define DIAG_TX_POWER	 102 /* 0.1 uW */
#define DIAG_RX_POWER	 104

static void put_text(uint8_t *at, size_t size, const char *text)
{
	memset(at, ' ', size);
	memcpy(at, text, strlen(text));
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static uint8_t sum_of(const uint8_t *bytes, unsigned int first, unsigned int end)
{
	uint8_t sum = 0;

	while (first < end)
		sum += bytes[first++];
	return sum;
}

static void fill_cable(uint8_t *id)
{
	id[SFF_CONNECTOR] = SFF_CONNECTOR_CABLE;
	id[SFF_CABLE] = SFF_CABLE_PASSIVE;
	id[SFF_LENGTH_CABLE_M] = 1;
	put_text(id + SFF_VENDOR_PART, 16, "ONEPATH-DA-1M");
}

/* Four limits of each value: alarm high and low, warning high and low. */
static void fill_diagnostics(uint8_t *diag)
{
	static const uint16_t limits[5][4] = {
		{ 0x5500, 0xFB00, 0x4B00, 0x0000 }, { 36300, 29700, 34650, 31350 },
		{ 6000, 1000, 5500, 1500 },	    { 10000, 1000, 8000, 1500 },
		{ 12000, 200, 10000, 400 },
	};

	for (unsigned int i = 0; i < 20; i++)
		put16(diag + 2 * i, limits[i / 4][i % 4]);
	diag[DIAG_CC] = sum_of(diag, 0, DIAG_CC);
	put16(diag + DIAG_TEMPERATURE, 35 << 8);
	put16(diag + DIAG_VCC, 33000);
	put16(diag + DIAG_TX_BIAS, 3500);
	put16(diag + DIAG_TX_POWER, 5500);
	put16(diag + DIAG_RX_POWER, 5000);
}

static void fill_optics(uint8_t *id, enum nic_module module)
{
	bool is_sr = module == NIC_MODULE_SR;

	id[SFF_CONNECTOR] = SFF_CONNECTOR_LC;
	id[SFF_10G_CODES] = is_sr ? SFF_10G_SR : SFF_10G_LR;
	id[is_sr ? SFF_LENGTH_OM3_10M : SFF_LENGTH_SMF_KM] = is_sr ? 30 : 10;
	put16(id + SFF_WAVELENGTH, is_sr ? 850 : 1310);
	put_text(id + SFF_VENDOR_PART, 16, is_sr ? "ONEPATH-SR" : "ONEPATH-LR");
	put16(id + SFF_OPTIONS - 1, SFF_OPTIONS_PINS);
	id[SFF_DIAGNOSTICS] = SFF_DIAGNOSTICS_ON;
	id[SFF_COMPLIANCE] = 0x03; /* SFF-8472 9.5 */
}

void nic_sfp_fill(struct nic *nic)
{
	enum nic_module module = nic->config.module;
	uint8_t *id = nic->sfp.memory[0];

	memset(&nic->sfp, 0, sizeof(nic->sfp));
	nic->sfp.data = true;
	nic->sfp.clock = true;
	if (module == NIC_MODULE_NONE)
		return;
	id[SFF_IDENTIFIER] = SFF_IDENTIFIER_SFP;
	id[SFF_EXT_IDENTIFIER] = 0x04;
	id[SFF_ENCODING] = SFF_ENCODING_64B66B;
	id[SFF_BIT_RATE] = 103;
	put_text(id + SFF_VENDOR_NAME, 16, "onepath");
	put_text(id + SFF_VENDOR_REVISION, 4, "1");
	put_text(id + SFF_VENDOR_SERIAL, 16, nic->name);
	put_text(id + SFF_DATE, 8, "261101");
	if (module == NIC_MODULE_CABLE)
		fill_cable(id);
	else
		fill_optics(id, module);
	id[SFF_CC_BASE] = sum_of(id, 0, SFF_CC_BASE);
	id[SFF_CC_EXT] = sum_of(id, SFF_CC_BASE + 1, SFF_CC_EXT);
	fill_diagnostics(nic->sfp.memory[1]);
}

/* Is @byte the address of a memory that the module has? */
static bool is_addressed(struct nic_sfp *sfp, const struct nic_config *config, uint8_t byte)
{
	if (config->module == NIC_MODULE_NONE)
		return false;
	if ((byte & ~(I2C_READ | 2u)) != 0xA0)
		return false;
	sfp->chosen = byte >> 1 & 1;
	return !sfp->chosen || config->module != NIC_MODULE_CABLE;
}

/* A whole byte came in: the address, the place in the memory, or data, which nothing keeps. */
static bool byte_arrived(struct nic *nic)
{
	struct nic_sfp *sfp = &nic->sfp;

	switch (sfp->state) {
	case NIC_I2C_ADDRESS:
		if (!is_addressed(sfp, &nic->config, sfp->shift)) {
			sfp->state = NIC_I2C_IDLE;
			return false;
		}
		sfp->state = sfp->shift & I2C_READ ? NIC_I2C_SEND : NIC_I2C_OFFSET;
		return true;
	case NIC_I2C_OFFSET:
		sfp->offset = sfp->shift;
		sfp->state = NIC_I2C_DATA;
		return true;
	default:
		return sfp->state == NIC_I2C_DATA;
	}
}

/* The module's end of the data wire: false pulls it low. */
static void drive_next_bit(struct nic_sfp *sfp)
{
	sfp->pull = sfp->state == NIC_I2C_SEND && sfp->bits < 8 &&
		    !(sfp->memory[sfp->chosen][sfp->offset] >> (7 - sfp->bits) & 1);
}

/* The clock fell: after eight bits the receiver answers, after that the next byte starts. */
static void clock_fell(struct nic *nic)
{
	struct nic_sfp *sfp = &nic->sfp;

	if (sfp->state == NIC_I2C_IDLE)
		return;
	if (sfp->bits == 8 && sfp->state != NIC_I2C_SEND && !sfp->acknowledged) {
		sfp->acknowledged = true;
		sfp->pull = byte_arrived(nic);
		return;
	}
	if (sfp->bits >= 8 && (sfp->acknowledged || sfp->bits == 9)) {
		sfp->bits = 0;
		sfp->acknowledged = false;
	}
	drive_next_bit(sfp);
}

/* The clock rose: a bit is valid. The ninth answers a byte that was sent. */
static void clock_rose(struct nic_sfp *sfp, bool data)
{
	if (sfp->state == NIC_I2C_IDLE || sfp->acknowledged)
		return;
	if (sfp->bits == 8) {
		sfp->bits = 9;
		sfp->offset++;
		if (data) /* not acknowledged: that was the last */
			sfp->state = NIC_I2C_IDLE;
		return;
	}
	sfp->shift = sfp->shift << 1 | data;
	sfp->bits++;
}

/* The data wire moved while the clock is high: a transfer starts or ends. */
static void condition(struct nic_sfp *sfp, bool start)
{
	sfp->state = start ? NIC_I2C_ADDRESS : NIC_I2C_IDLE;
	sfp->bits = 0;
	sfp->acknowledged = false;
	sfp->pull = false;
}

/* 8.2.3.1.5: software's ends of the two wires; an open one is high unless the module pulls. */
void nic_i2cctl_write(struct nic *nic, unsigned int index, uint32_t old, uint32_t value)
{
	struct nic_sfp *sfp = &nic->sfp;
	bool clock = value & I2CCTL_CLK_OUT;
	bool data = value & I2CCTL_DATA_OUT;

	if (clock && sfp->clock && data != sfp->data)
		condition(sfp, !data);
	else if (clock && !sfp->clock)
		clock_rose(sfp, data);
	sfp->data = data;
	if (!clock && sfp->clock) {
		sfp->clock = false;
		clock_fell(nic);
	}
	sfp->clock = clock;
}

uint32_t nic_i2cctl_read(struct nic *nic, unsigned int index, uint32_t value)
{
	value &= ~(I2CCTL_CLK_IN | I2CCTL_DATA_IN);
	if (nic->sfp.clock)
		value |= I2CCTL_CLK_IN;
	if (nic->sfp.data && !nic->sfp.pull)
		value |= I2CCTL_DATA_IN;
	return value;
}

/* 8.2.3.1.4: SDP2 is an input by default, and tells of a module in the cage. */
uint32_t nic_esdp_read(struct nic *nic, unsigned int index, uint32_t value)
{
	if (value & ESDP_SDP2_IODIR)
		return value;
	value &= ~ESDP_SDP2_DATA;
	return nic->config.module == NIC_MODULE_NONE ? value : value | ESDP_SDP2_DATA;
}

/* SDP3 is wired to the module's TX_DISABLE: as an output that is high it turns the laser off. */
bool nic_sends_light(const struct nic *nic)
{
	const uint32_t off = ESDP_SDP3_IODIR | ESDP_SDP3_DATA;

	return nic->config.module != NIC_MODULE_NONE && (nic_reg(nic, ESDP) & off) != off &&
	       !nic_cable_pulled(nic) && !nic_is_gone(nic);
}
