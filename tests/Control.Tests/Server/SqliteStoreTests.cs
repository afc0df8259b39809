using System.Diagnostics;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using Microsoft.Data.Sqlite;

namespace MediaEngine.Control.Tests.Server;

#pragma warning disable CA1416 // The server runs on Linux.

public sealed class SqliteStoreTests : IDisposable
{
    private static readonly Registration Alice = new()
    {
        Id = "sip:alice@d urn:uuid:1",
        McpttId = "sip:alice@d",
        ClientId = "urn:uuid:1",
        Bindings =
        [
            new SipBinding
            {
                Contact = "sip:u@192.0.2.1:5060;transport=tcp",
                Transport = SipTransportKind.Udp,
                Address = "[2001:db8::1]:5060",
                Source = "192.0.2.1:40000",
                CallId = "a\"b'c; DROP TABLE record; --",
                CSeq = uint.MaxValue,
                ExpiresAt = new DateTimeOffset(2026, 11, 21, 12, 34, 56, 789, TimeSpan.Zero),
            },
            new SipBinding
            {
                Contact = "sip:u@a.invalid;transport=ws;ob",
                Transport = SipTransportKind.Wss,
                Address = "192.0.2.7:443",
                CallId = "2",
                CSeq = 1,
                ExpiresAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero),
                Preference = 0,
                Instance = "<urn:uuid:1>",
                RegId = 2,
                Path = ["<sip:edge.example;lr;ob>"],
            },
        ],
    };

    private static readonly Affiliation AliceToFire = new() { Id = Alice.Id, McpttId = Alice.McpttId, ClientId = Alice.ClientId, Groups = ["sip:fire@d", "sip:ä@d"] };

    private static readonly PreconfiguredRegroup Regroup = new()
    {
        Id = "sip:rg@d",
        PreconfiguredGroup = "sip:p@d",
        Owner = "sip:dispatcher@d",
        Groups = ["sip:fire@d"],
        Users = ["sip:u@d"],
        Members = [new RegroupMember { McpttId = "sip:alice@d", ClientId = "urn:uuid:1", Acknowledged = true }, new RegroupMember { McpttId = "sip:bob@d", ClientId = "2" }],
        CreatedAt = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.FromHours(2)),
    };

    private static readonly ServerSsrcReservation ServerSsrcs = new() { Id = ServerSsrcReservation.OnlyId, Mask = uint.MaxValue, LastBlock = 1_048_575 };

    private readonly TemporaryFolder _folder = new();

    private string StorePath => _folder.File("mediaengine.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_its_owner_can_read_a_store()
    {
        using var store = new SqliteStore(StorePath);
        store.Commit([new StoreChange.Put(Alice)]);
        Assert.All(
            (string[])[StorePath, $"{StorePath}-wal"],
            path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path)));
    }

    [Fact]
    public void Records_of_every_kind_come_back_as_they_were_stored()
    {
        using (var store = new SqliteStore(StorePath))
            store.Commit([new StoreChange.Put(Alice), new StoreChange.Put(AliceToFire), new StoreChange.Put(Regroup), new StoreChange.Put(ServerSsrcs)]);

        using var reopened = new SqliteStore(StorePath);
        DurableState state = reopened.Load();

        Registration alice = Assert.Single(state.Registrations);
        Assert.Equal(Alice with { Bindings = alice.Bindings }, alice);
        Assert.Equal(Alice.Bindings[0], alice.Bindings[0]);
        Assert.Equal(Alice.Bindings[1] with { Path = alice.Bindings[1].Path }, alice.Bindings[1]);
        Assert.Equal(Alice.Bindings[1].Path, alice.Bindings[1].Path);
        Assert.Equal(ServerSsrcs, state.ServerSsrcs);
        Affiliation affiliation = Assert.Single(state.Affiliations);
        Assert.Equal(AliceToFire with { Groups = affiliation.Groups }, affiliation);
        Assert.Equal(AliceToFire.Groups, affiliation.Groups);
        PreconfiguredRegroup regroup = Assert.Single(state.Regroups);
        Assert.Equal(Regroup with { Groups = regroup.Groups, Users = regroup.Users, Members = regroup.Members }, regroup);
        Assert.Equal(Regroup.Groups, regroup.Groups);
        Assert.Equal(Regroup.Users, regroup.Users);
        Assert.Equal(Regroup.Members, regroup.Members);
    }

    [Fact]
    public void Subscriptions_and_entity_tags_come_back_as_they_were_stored()
    {
        var dialog = new SipDialogSnapshot("c1@h", "<sip:m@d>;tag=a", "\"A\" <sip:u@d>;tag=b", "sip:u@192.0.2.1;transport=tcp", ["<sip:p1.d;lr>", "<sip:p2.d;lr>"], 256, null);
        var kept = new Subscription
        {
            Id = "c1@h;a;b presence;id=7",
            Snapshot = new EventSubscriptionSnapshot("presence", "7", ["sip:alice@d"], "sip:bob@d", "application/pidf+xml", IsPending: true, dialog),
            ExpiresAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero),
            Transport = SipTransportKind.Wss,
            Address = "192.0.2.1:5060",
            Client = "sip:bob@d urn:uuid:2",
        };
        var tag = new PublishedState { Id = PublishedState.IdOf("poc-settings", "sip:bob@d", "2"), Package = "poc-settings", McpttId = "sip:bob@d", ClientId = "2", EntityTag = "t1", Document = "<a b='ä'/>" };
        using (var store = new SqliteStore(StorePath))
            store.Commit([new StoreChange.Put(kept), new StoreChange.Put(tag)]);

        using var reopened = new SqliteStore(StorePath);
        DurableState state = reopened.Load();

        Assert.Equal(tag, Assert.Single(state.PublishedStates));
        Subscription read = Assert.Single(state.Subscriptions);
        Assert.Equal(kept.Snapshot.Dialog.RouteSet, read.Snapshot.Dialog.RouteSet);
        Assert.Equal(kept.Snapshot.Resources, read.Snapshot.Resources);
        EventSubscriptionSnapshot snapshot = read.Snapshot with { Resources = kept.Snapshot.Resources, Dialog = read.Snapshot.Dialog with { RouteSet = dialog.RouteSet } };
        Assert.Equal(kept, read with { Snapshot = snapshot });
    }

    [Fact]
    public void Every_kind_of_durable_record_can_be_stored()
    {
        IEnumerable<Type> kinds = typeof(DurableRecord).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(DurableRecord)));

        Assert.Equal([nameof(Affiliation), nameof(ClientKey), nameof(GroupKey), nameof(GroupKeyReceipt), nameof(PreconfiguredRegroup), nameof(PublishedState), nameof(Registration), nameof(ServerSsrcReservation), nameof(Subscription)], kinds.Select(type => type.Name).Order());
    }

    [Fact]
    public void A_second_put_replaces_and_a_delete_removes_one_kind_only()
    {
        using var store = new SqliteStore(StorePath);
        store.Commit([new StoreChange.Put(Alice), new StoreChange.Put(AliceToFire)]);

        store.Commit([new StoreChange.Put(Alice with { Bindings = [Alice.Bindings[0] with { CSeq = 5 }] }), new StoreChange.Delete(typeof(Affiliation), Alice.Id), new StoreChange.Delete(typeof(Affiliation), "nobody")]);

        Assert.Equal(5u, Assert.Single(Assert.Single(store.Load().Registrations).Bindings).CSeq);
        Assert.Empty(store.Load().Affiliations);
    }

    [Fact]
    public void The_order_within_a_batch_counts()
    {
        using var store = new SqliteStore(StorePath);

        store.Commit([new StoreChange.Put(Regroup), new StoreChange.Delete(typeof(PreconfiguredRegroup), Regroup.Id)]);
        Assert.Empty(store.Load().Regroups);
        store.Commit([new StoreChange.Delete(typeof(PreconfiguredRegroup), Regroup.Id), new StoreChange.Put(Regroup)]);
        Assert.Single(store.Load().Regroups);
    }

    [Fact]
    public void A_batch_that_fails_leaves_nothing_behind()
    {
        using (var store = new SqliteStore(StorePath))
        {
            store.Commit([new StoreChange.Put(Regroup)]);

            // The second change cannot be written: its kind is not one the store knows.
            Assert.ThrowsAny<Exception>(() => store.Commit(
                [new StoreChange.Put(Alice), new StoreChange.Delete(typeof(PreconfiguredRegroup), Regroup.Id), new StoreChange.Put(new UnknownRecord { Id = "x" })]));

            Assert.Empty(store.Load().Registrations);
            Assert.Single(store.Load().Regroups);
            store.Commit([new StoreChange.Put(AliceToFire)]);
        }
        using var reopened = new SqliteStore(StorePath);
        Assert.Equal((0, 1, 1), (reopened.Load().Registrations.Count, reopened.Load().Affiliations.Count, reopened.Load().Regroups.Count));
    }

    [Fact]
    public void A_registration_of_the_first_version_is_one_contact_now()
    {
        using (var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE record (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
                INSERT INTO record VALUES ('Registration', 'sip:alice@d urn:uuid:1', '{"mcpttId":"sip:alice@d","clientId":"urn:uuid:1","contact":"sip:u@192.0.2.1:5060",
                "transport":"Tcp","address":"192.0.2.1:5060","source":"192.0.2.1:40000","callId":"c","cSeq":4294967295,"expiresAt":"2026-11-21T12:34:56+00:00","id":"sip:alice@d urn:uuid:1"}');
                PRAGMA user_version=1;
                """;
            command.ExecuteNonQuery();
        }

        using var store = new SqliteStore(StorePath);

        Registration alice = Assert.Single(store.Load().Registrations);
        Assert.Equal(("sip:alice@d urn:uuid:1", "sip:alice@d", "urn:uuid:1"), (alice.Id, alice.McpttId, alice.ClientId));
        Assert.Equal(
            new SipBinding
            {
                Contact = "sip:u@192.0.2.1:5060",
                Transport = SipTransportKind.Tcp,
                Address = "192.0.2.1:5060",
                Source = "192.0.2.1:40000",
                CallId = "c",
                CSeq = uint.MaxValue,
                ExpiresAt = new DateTimeOffset(2026, 11, 21, 12, 34, 56, TimeSpan.Zero),
            },
            Assert.Single(alice.Bindings));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        using (var store = new SqliteStore(StorePath))
            store.Commit([new StoreChange.Put(Alice)]);
        Sql("PRAGMA user_version=99");

        string message = Assert.Throws<ConfigurationException>(() => new SqliteStore(StorePath)).Message;

        Assert.StartsWith(StorePath, message, StringComparison.Ordinal);
        Assert.Contains("schema 99", message, StringComparison.Ordinal);
        Assert.Equal(99L, Sql("PRAGMA user_version"));
        Assert.Equal(1L, Sql("SELECT count(*) FROM record"));
    }

    [Fact]
    public void A_second_opener_is_refused_within_seconds_and_does_not_disturb_the_first()
    {
        using var first = new SqliteStore(StorePath);
        first.Commit([new StoreChange.Put(Alice)]);
        long started = Stopwatch.GetTimestamp();

        string message = Assert.Throws<ConfigurationException>(() => new SqliteStore(StorePath)).Message;

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains("no other server uses it", message, StringComparison.Ordinal);
        first.Commit([new StoreChange.Put(AliceToFire)]);
        Assert.Single(first.Load().Affiliations);
    }

    [Fact]
    public void A_file_that_is_no_store_is_refused()
    {
        File.WriteAllText(StorePath, new string('x', 5000));

        Assert.StartsWith(StorePath, Assert.Throws<ConfigurationException>(() => new SqliteStore(StorePath)).Message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.File("none/x.db"), Assert.Throws<ConfigurationException>(() => new SqliteStore(_folder.File("none/x.db"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("not json")]
    public void A_record_that_cannot_be_read_is_named(string body)
    {
        using (var store = new SqliteStore(StorePath))
            store.Commit([new StoreChange.Put(Alice)]);
        Sql($"UPDATE record SET body = '{body}'");

        using var damaged = new SqliteStore(StorePath);
        string message = Assert.Throws<ConfigurationException>(damaged.Load).Message;

        Assert.StartsWith(StorePath, message, StringComparison.Ordinal);
        Assert.Contains(Alice.Id, message, StringComparison.Ordinal);
    }

    private object? Sql(string text)
    {
        using var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }

    private sealed record UnknownRecord : DurableRecord;
}
