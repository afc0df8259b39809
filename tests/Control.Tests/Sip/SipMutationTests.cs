using System.Diagnostics;
using System.Text;
using MediaEngine.Sip;
using MediaEngine.SipFuzz;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class SipMutationTests
{
    private const int MutationsPerSeed = 15_000;

    /// <summary>120,000 in all, the same ones in every run.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void No_malformed_message_breaks_an_invariant(int seed)
    {
        var mutator = new SipMutator(seed);
        var random = new Random(seed);
        SipLimits[] limits = [SipLimits.Default, new SipLimits { AllowWhiteSpaceBeforeColon = true }, new SipLimits { MaxHead_bytes = 600, MaxHeaders = 12 }];
        int accepted = 0;
        for (int i = 0; i < MutationsPerSeed; i++)
        {
            byte[] octets = mutator.Next();
            try
            {
                accepted += SipInvariants.Check(octets, limits[i % 4 % 3], random) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, message {i}:\n{Encoding.Latin1.GetString(octets.AsSpan(0, Math.Min(octets.Length, 1500)))}", e);
            }
        }
        Assert.InRange(accepted, MutationsPerSeed / 50, MutationsPerSeed * 9 / 10);
    }

    /// <summary>A spoofed source gains next to nothing by our answers: reason phrase, tag, received.</summary>
    [Fact]
    public void A_refusal_is_hardly_longer_than_what_it_refuses()
    {
        const int Own_bytes = 128;
        var mutator = new SipMutator(12);
        int refused = 0;
        for (int i = 0; i < 5000; i++)
        {
            byte[] octets = mutator.Next();
            var bench = new TransactionBench(SipTransportKind.Udp);
            bench.Receive(octets, SipLimits.Default);
            if (bench.Requests.Count > 0 || bench.Log.Count == 0)
                continue;
            refused++;
            int grown = octets.Count(octet => octet == '\n') * "Content-Length".Length;
            Assert.InRange(Assert.Single(bench.Log).Effect.Bytes.Length, 1, octets.Length + Own_bytes + grown);
        }
        Assert.InRange(refused, 1000, 5000);
    }

    /// <summary>Shapes on which a careless reader takes time that grows with the square of the length.</summary>
    [Theory]
    [InlineData("Contact: ", "<sip:a@b>,")]
    [InlineData("Contact: ", ",")]
    [InlineData("Contact: ", "\"")]
    [InlineData("Contact: ", "\"\\\"")]
    [InlineData("Contact: <sip:a@b>", ";a=\"<,>\"")]
    [InlineData("From: <sip:a@b>", ";x")]
    [InlineData("Contact: <sip:", "%41")]
    [InlineData("Subject: ", "a\r\n ")]
    [InlineData("", "a:b\r\n")]
    [InlineData("Via: ", "SIP/2.0/UDP a;b=\"")]
    [InlineData("Accept: ", "<")]
    public void Time_grows_no_faster_than_the_length(string start, string unit)
    {
        var roomy = new SipLimits { MaxMessage_bytes = 1 << 20, MaxHead_bytes = 1 << 20, MaxHeaderLine_bytes = 1 << 20, MaxHeaders = 1 << 18 };
        byte[] octets = Encoding.ASCII.GetBytes(
            Encoding.ASCII.GetString(SipText.Bytes(SipText.Minimal())) + start + string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length)) +
            "\r\n\r\n");
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            long started = Stopwatch.GetTimestamp();
            SipParser.TryParse(octets, roomy, out SipMessage? message);
            foreach (string name in (string[])["Contact", "Via", "Accept", "From"])
                message?.Headers.GetAll(name);
            TimeSpan taken = Stopwatch.GetElapsedTime(started);
            best = taken < best ? taken : best;
        }
        // A square of 10^6 would be minutes.
        Assert.True(best < TimeSpan.FromSeconds(2), $"{best.TotalMilliseconds:F0} ms for {octets.Length} octets");
    }
}
