using System.Diagnostics;

namespace MediaEngine.Bench.Load;

/// <summary>A regroup of one group whose members are registered clients over TCP: how long until all are told of it.</summary>
internal static class FanOutLoad
{
    private const double FanOutGoal_s = 2;
    private const int Window = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<Row[]> MeasureAsync(SipLoadOptions options)
    {
        using var server = new ServerUnderTest(LoadOrganisation.Clients(options.Members), "{max-connections: 20000}");
        TcpMember[] clients = [.. Enumerable.Range(0, options.Members + 1).Select(index => new TcpMember(index))];
        try
        {
            await Parallel.ForAsync(0, clients.Length, new ParallelOptions { MaxDegreeOfParallelism = Window },
                async (index, _) => await clients[index].JoinAsync(server.Tcp, index == 0 ? null : LoadOrganisation.Constituent));
            Task[] told = [.. clients.Skip(1).Select(client => client.BeToldAsync())];
            double before_MiB = server.Resident_MiB;
            double before_s = ProcessUsage.Processor_s(server.Id);
            long start = Stopwatch.GetTimestamp();
            await clients[0].RegroupAsync($"sip:regroup@{LoadOrganisation.Domain}", LoadOrganisation.Constituent, LoadOrganisation.Preconfigured);
            await Task.WhenAll(told).WaitAsync(Patience);
            double toldAll_s = Stopwatch.GetElapsedTime(start, clients.Max(client => client.ToldAt)).TotalSeconds;
            while (server.Logged("regroup-notice-acknowledged") + server.Logged("regroup-notice-failed") < options.Members && Stopwatch.GetElapsedTime(start) < Patience)
                await Task.Delay(5);
            double complete_s = Stopwatch.GetElapsedTime(start).TotalSeconds;
            int acknowledged = server.Logged("regroup-notice-acknowledged");
            double processor_s = ProcessUsage.Processor_s(server.Id) - before_s;
            return
            [
                new Row($"MESSAGE over TCP to {options.Members} members", Math.Round(toldAll_s, 2), "s", "none", null, null, FanOutGoal_s, toldAll_s < FanOutGoal_s),
                new Row("until all transactions were complete", Math.Round(complete_s, 2), "s", "none", null, null, null, null),
                new Row("members that acknowledged", acknowledged, "", "asked for", options.Members, null, options.Members, acknowledged == options.Members),
                new Row("processor time of a member's notice", Math.Round(processor_s * 1e6 / options.Members), "us", "none", null, null, null, null),
                new Row("memory with the connections", Math.Round(before_MiB, 1), "MiB", "none", null, null, null, null),
            ];
        }
        finally
        {
            foreach (TcpMember client in clients)
                client.Dispose();
        }
    }
}
