using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Server;
using Microsoft.Data.Sqlite;

namespace MediaEngine.Control.Tests.Server;

/// <summary>Records with keys in the store: encrypted, bound to their place, and of use only with the store key.</summary>
public sealed class SealedStoreTests : IDisposable
{
    private static readonly GroupKey Group = new()
    {
        Id = "0a0b0c0d",
        Group = "sip:fire@d",
        KeyId = 0x0a0b0c0d,
        Key = Encoding.ASCII.GetBytes("group master key"),
        Rand = Encoding.ASCII.GetBytes("rand of this key"),
        ActivatesAt = new DateTimeOffset(2026, 11, 21, 1, 2, 3, TimeSpan.Zero),
        ExpiresAt = new DateTimeOffset(2026, 11, 21, 4, 5, 6, TimeSpan.Zero),
        Status = GroupKeyStatus.Revoked,
        Members = ["sip:alice@d", "sip:bob@d"],
    };

    private static readonly ClientKey Client = new()
    {
        Id = "sip:alice@d urn:uuid:1",
        McpttId = "sip:alice@d",
        ClientId = "urn:uuid:1",
        KeyId = 0x2a0b0c0d,
        Key = Encoding.ASCII.GetBytes("client server ky"),
        Rand = Encoding.ASCII.GetBytes("a rand of more than sixteen octets"),
        ReceivedAt = new DateTimeOffset(2026, 11, 21, 1, 2, 3, 4, TimeSpan.Zero),
    };

    private static readonly GroupKeyReceipt Receipt = new()
    {
        Id = GroupKeyReceipt.IdOf(Group.KeyId, Client.Id),
        KeyId = Group.KeyId,
        McpttId = Client.McpttId,
        ClientId = Client.ClientId,
        ExpiresAt = Group.ExpiresAt,
    };

    private readonly TemporaryFolder _folder = new();

    private string StorePath => _folder.File("mediaengine.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keys_come_back_as_they_were_stored()
    {
        Fill();

        using var store = new SqliteStore(StorePath, Seal('a'));
        DurableState state = store.Load();

        GroupKey group = Assert.Single(state.GroupKeys);
        Assert.Equal(Group with { Key = group.Key, Rand = group.Rand, Members = group.Members }, group);
        Assert.Equal(Group.Key, group.Key);
        Assert.Equal(Group.Rand, group.Rand);
        Assert.Equal(Group.Members, group.Members);
        ClientKey client = Assert.Single(state.ClientKeys);
        Assert.Equal(Client with { Key = client.Key, Rand = client.Rand }, client);
        Assert.Equal(Client.Key, client.Key);
        Assert.Equal(Client.Rand, client.Rand);
        Assert.Equal(Receipt, Assert.Single(state.GroupKeyReceipts));
    }

    [Fact]
    public void No_file_of_the_store_holds_a_key_in_clear()
    {
        using var store = new SqliteStore(StorePath, Seal('a'));
        store.Commit([new StoreChange.Put(Group), new StoreChange.Put(Client), new StoreChange.Put(Receipt)]);

        string[] files = Directory.GetFiles(_folder.Path);
        Assert.NotEmpty(files);
        string everything = string.Concat(files.Select(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return reader.ReadToEnd();
        }));
        // What is no secret is there, so the files were really read.
        Assert.Contains("0a0b0c0d sip:alice@d", everything, StringComparison.Ordinal);
        foreach (byte[] key in (byte[][])[Group.Key, Client.Key])
        {
            Assert.DoesNotContain(Encoding.Latin1.GetString(key), everything, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(key), everything, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(key), everything, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Another_store_key_is_refused_at_start_even_while_no_key_is_stored()
    {
        using (new SqliteStore(StorePath, Seal('a')))
        {
        }

        string message = Assert.Throws<ConfigurationException>(() => new SqliteStore(StorePath, Seal('b'))).Message;

        Assert.StartsWith($"{StorePath}: was encrypted under another store key", message, StringComparison.Ordinal);
        using var right = new SqliteStore(StorePath, Seal('a'));
    }

    [Fact]
    public void A_sealed_store_without_store_key_is_refused_at_start()
    {
        Fill();

        string message = Assert.Throws<ConfigurationException>(() => new SqliteStore(StorePath)).Message;

        Assert.StartsWith(StorePath, message, StringComparison.Ordinal);
        Assert.Contains("set store-key", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_from_before_takes_a_store_key()
    {
        Assert.False(SqliteStore.IsSealed(StorePath));
        using (new SqliteStore(StorePath))
        {
        }
        Assert.False(SqliteStore.IsSealed(StorePath));
        Fill();
        Assert.True(SqliteStore.IsSealed(StorePath));

        using var store = new SqliteStore(StorePath, Seal('a'));
        Assert.Single(store.Load().GroupKeys);
    }

    [Fact]
    public void A_store_that_is_open_or_no_store_counts_as_sealed()
    {
        using (new SqliteStore(StorePath))
            Assert.True(SqliteStore.IsSealed(StorePath));

        Assert.True(SqliteStore.IsSealed(_folder.Write("other", new string('x', 5000))));
    }

    [Fact]
    public void Without_a_store_key_no_key_is_stored_and_the_batch_leaves_nothing()
    {
        using var store = new SqliteStore(StorePath);

        Assert.Throws<InvalidOperationException>(() => store.Commit([new StoreChange.Put(Receipt), new StoreChange.Put(Group)]));

        Assert.Empty(store.Load().GroupKeyReceipts);
    }

    [Theory]
    [InlineData("UPDATE record SET id = '0a0b0c0e' WHERE kind = 'GroupKey'")]
    [InlineData("UPDATE record SET body = replace(body, 'sealed:', '') WHERE kind = 'GroupKey'")]
    [InlineData("UPDATE record SET body = 'sealed:AAAA' WHERE kind = 'GroupKey'")]
    [InlineData("UPDATE record SET body = 'sealed:no base64' WHERE kind = 'GroupKey'")]
    [InlineData("UPDATE record SET body = (SELECT body FROM record WHERE kind = 'ClientKey') WHERE kind = 'GroupKey'")]
    [InlineData("UPDATE record SET body = '{\"id\":\"0a0b0c0d\",\"group\":\"sip:fire@d\",\"keyId\":168496141,\"key\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"rand\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"members\":[]}' WHERE kind = 'GroupKey'")]
    public void A_key_that_was_changed_moved_or_put_there_is_refused(string tampering)
    {
        Fill();
        using (var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = tampering;
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        using var store = new SqliteStore(StorePath, Seal('a'));
        string message = Assert.Throws<ConfigurationException>(store.Load).Message;

        Assert.Contains("GroupKey 0a0b0c0", message, StringComparison.Ordinal);
    }

    private void Fill()
    {
        using var store = new SqliteStore(StorePath, Seal('a'));
        store.Commit([new StoreChange.Put(Group), new StoreChange.Put(Client), new StoreChange.Put(Receipt)]);
    }

    private static StoreSeal Seal(char digit) => StoreSeal.Load(null, new string(digit, 64), mayCreate: false)!;
}
