using MediaEngine.Rtp;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class G711Tests
{
    // ITU-T G.711 table 1a: decision value x_n and quantised value y_n in units of 1/4096, 16 of which are one 16-bit step
    // pair; character signal before the inversion of even bits.
    [Theory]
    [InlineData(0x80, 1)]
    [InlineData(0x81, 3)]
    [InlineData(0x8F, 31)]
    [InlineData(0x9F, 63)]
    [InlineData(0xA0, 66)]
    [InlineData(0xB0, 132)]
    [InlineData(0xC0, 264)]
    [InlineData(0xD0, 528)]
    [InlineData(0xE0, 1056)]
    [InlineData(0xEF, 2016)]
    [InlineData(0xF0, 2112)]
    [InlineData(0xFF, 4032)]
    public void Decoder_gives_the_quantised_values_of_table_1a(int character, int quantised)
    {
        Assert.Equal(8 * quantised, G711.DecodeALaw((byte)(character ^ 0x55)));
        Assert.Equal(-8 * quantised, G711.DecodeALaw((byte)((character & 0x7F) ^ 0x55)));
    }

    // Just inside each decision value of the upper segments.
    [Theory]
    [InlineData(3968, 0xFF)]
    [InlineData(2048, 0xF0)]
    [InlineData(1024, 0xE0)]
    [InlineData(512, 0xD0)]
    [InlineData(256, 0xC0)]
    [InlineData(128, 0xB0)]
    [InlineData(64, 0xA0)]
    [InlineData(2, 0x81)]
    [InlineData(0, 0x80)]
    public void Encoder_changes_code_at_the_decision_values_of_table_1a(int decision, int character)
    {
        Assert.Equal(character ^ 0x55, G711.EncodeALaw((short)(8 * decision)));
        if (decision > 0)
            Assert.Equal((character - 1) ^ 0x55, G711.EncodeALaw((short)(8 * decision - 1)));
    }

    [Fact]
    public void Digital_milliwatt_of_table_5_has_its_nominal_level()
    {
        // ITU-T G.711 table 5, A-law: this periodic sequence is a 1 kHz sine of 0 dBm0, 3.14 dB below full load.
        byte[] sequence = [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4];
        double power = sequence.Average(code => Math.Pow(G711.DecodeALaw(code), 2));
        double belowFullLoad_dB = 10 * Math.Log10(Math.Pow(32768, 2) / 2 / power);
        Assert.InRange(belowFullLoad_dB, 3.13, 3.15);
    }

    [Fact]
    public void Coding_is_monotone_and_idempotent_over_every_sample()
    {
        short previous = short.MinValue;
        for (int sample = short.MinValue; sample <= short.MaxValue; sample++)
        {
            byte code = G711.EncodeALaw((short)sample);
            short decoded = G711.DecodeALaw(code);
            Assert.True(decoded >= previous, $"{sample} decodes below its predecessor");
            Assert.Equal(code, G711.EncodeALaw(decoded));
            // Half a quantising interval: 8 near zero, 1/33 of the value in the segments above.
            Assert.True(Math.Abs(decoded - sample) <= Math.Max(8, Math.Abs(sample) / 32), $"{sample} decodes to {decoded}");
            previous = decoded;
        }
    }

    [Fact]
    public void Every_octet_survives_decoding_and_encoding()
    {
        for (int code = 0; code < 256; code++)
            Assert.Equal(code, G711.EncodeALaw(G711.DecodeALaw((byte)code)));
    }
}
