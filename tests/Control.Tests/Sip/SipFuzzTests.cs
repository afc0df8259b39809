using System.Text;
using MediaEngine.Sip;
using MediaEngine.SipFuzz;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>
/// Fuzzing guided by coverage: an input that reaches something new is kept and mutated further. Bounded by a number of runs, so the
/// same in every run of the tests.
/// </summary>
public sealed class SipFuzzTests
{
    private const int Runs = 60_000;

    [Fact]
    public void Inputs_that_reach_new_code_are_followed_and_none_breaks_an_invariant()
    {
        var sip = new InstrumentedSip();
        byte[] seen = InstrumentedSip.NewMap();
        var mutator = new SipMutator(9);
        var random = new Random(9);
        List<byte[]> corpus = [];
        foreach (byte[] seed in SipMutator.Corpus)
        {
            if (sip.FindsNew(seed, seen))
                corpus.Add(seed);
        }
        int atStart = seen.Count(bucket => bucket != 0);
        int seeds = corpus.Count;

        for (int i = 0; i < Runs; i++)
        {
            byte[] octets = mutator.Next(corpus[random.Next(corpus.Count)]);
            if (octets.Length > 4096)
                continue;
            try
            {
                if (!sip.FindsNew(octets, seen))
                    continue;
                corpus.Add(octets);
                SipInvariants.Check(octets, SipLimits.Default, random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Run {i}: {Convert.ToBase64String(octets)}\n{Encoding.Latin1.GetString(octets)}", e);
            }
        }
        int reached = seen.Count(bucket => bucket != 0);
        Assert.True(reached > atStart + 50 && corpus.Count > seeds * 2, $"{seeds} seeds, {corpus.Count} kept, {atStart} places, then {reached}");
        TestContext.Current.SendDiagnosticMessage($"{seeds} seeds, {corpus.Count} kept, {atStart} places reached, then {reached}");
    }
}
