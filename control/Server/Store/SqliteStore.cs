using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MediaEngine.Mcx;
using Microsoft.Data.Sqlite;

namespace MediaEngine.Server;

/// <summary>
/// Durable state in one SQLite file: a row per record, its body as JSON. Write-ahead log with full synchronisation: a
/// commit that returned survives <c>kill -9</c> and power loss. Records with keys are sealed.
/// </summary>
public sealed class SqliteStore : IStore
{
    private const int SchemaVersion = 2;

    /// <summary>The provider repeats a statement on a locked file for 30 s unless told otherwise.</summary>
    private const int BusyTimeout_s = 1;

    /// <summary>A registration had one contact, its fields in the registration itself.</summary>
    private const string FromVersion1 = """
        UPDATE record SET body = json_object(
            'id', id, 'mcpttId', body->>'mcpttId', 'clientId', body->>'clientId', 'bindings', json_array(json_object(
                'contact', body->>'contact', 'transport', body->>'transport', 'address', body->>'address', 'source', body->>'source',
                'callId', body->>'callId', 'cSeq', body->>'cSeq', 'expiresAt', body->>'expiresAt', 'preference', 1000)))
        WHERE kind = 'Registration'
        """;

    /// <summary>Before the base64 of a sealed body.</summary>
    private const string SealedPrefix = "sealed:";

    /// <summary>The row that only the store's own key opens.</summary>
    private const string SealCheckId = "check";

    private readonly SqliteConnection _connection;
    private readonly StoreSeal? _seal;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _commit;
    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly Utf8JsonWriter _json;

    static SqliteStore()
    {
        // The system's library gets the distribution's security fixes; the provider asks for it by another name.
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        SQLitePCL.raw.SetProvider(new SQLitePCL.SQLite3Provider_e_sqlite3());
    }

    /// <param name="path">Made when missing.</param>
    /// <param name="seal">Needed once records with keys are stored; the store's to dispose.</param>
    /// <exception cref="ConfigurationException">
    /// The file cannot be opened, was written by a newer version, or was sealed under another store key.
    /// </exception>
    public SqliteStore(string path, StoreSeal? seal = null)
    {
        _seal = seal;
        try
        {
            KeepFromOthers(path);
            _connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Pooling = false,
                DefaultTimeout = BusyTimeout_s,
            }.ToString());
            _connection.Open();
            Execute("PRAGMA journal_mode=WAL");
            Execute("PRAGMA synchronous=FULL");
            // A second server on the same file would answer for state it does not know: it must fail, now.
            Execute("PRAGMA locking_mode=EXCLUSIVE");
            Execute("BEGIN EXCLUSIVE");
            long version = (long)Scalar("PRAGMA user_version")!;
            if (version > SchemaVersion)
                throw new ConfigurationException($"{path}: written by a newer version (schema {version}, this one knows {SchemaVersion}); use that version or another store.");
            Execute("CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID");
            if (version == 1)
                Execute(FromVersion1);
            Execute($"PRAGMA user_version={SchemaVersion}");
            Execute("COMMIT");
        }
        catch (ConfigurationException)
        {
            _connection?.Dispose();
            throw;
        }
        catch (SqliteException e)
        {
            _connection?.Dispose();
            throw new ConfigurationException($"{path}: the store cannot be opened ({e.Message}); check its folder and permissions, and that no other server uses it.", e);
        }
        catch (DllNotFoundException e)
        {
            throw new ConfigurationException("libsqlite3.so.0 is not installed; install the Debian package libsqlite3-0.", e);
        }
        _begin = new SqliteStatement(_connection, "BEGIN IMMEDIATE");
        _put = new SqliteStatement(_connection, "INSERT INTO record (kind, id, body) VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body");
        _delete = new SqliteStatement(_connection, "DELETE FROM record WHERE kind = ?1 AND id = ?2");
        _commit = new SqliteStatement(_connection, "COMMIT");
        _json = new Utf8JsonWriter(_body);
        try
        {
            CheckSeal(path);
        }
        catch (ConfigurationException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a store that needs its store key; true as well when that cannot be found out.</summary>
    public static bool IsSealed(string path)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
                DefaultTimeout = BusyTimeout_s,
            }.ToString());
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT count(*) FROM record WHERE kind = '{nameof(StoreSeal)}'";
            return (long)command.ExecuteScalar()! > 0;
        }
        catch (Exception e) when (e is SqliteException or DllNotFoundException)
        {
            return true;
        }
    }

    // SQLite gives its log the mode of the database. What hinders this hinders SQLite too, which says it better.
    private static void KeepFromOthers(string path)
    {
        if (OperatingSystem.IsWindows() || File.Exists(path))
            return;
        try
        {
            new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    public DurableState Load() => new()
    {
        Registrations = Read(RecordJson.Default.Registration),
        Affiliations = Read(RecordJson.Default.Affiliation),
        Regroups = Read(RecordJson.Default.PreconfiguredRegroup),
        ServerSsrcs = Read(RecordJson.Default.ServerSsrcReservation).SingleOrDefault(),
        GroupKeys = Read(RecordJson.Default.GroupKey, areSealed: true),
        GroupKeyReceipts = Read(RecordJson.Default.GroupKeyReceipt),
        ClientKeys = Read(RecordJson.Default.ClientKey, areSealed: true),
        Subscriptions = Read(RecordJson.Default.Subscription),
        PublishedStates = Read(RecordJson.Default.PublishedState),
    };

    public void Commit(IReadOnlyList<StoreChange> changes)
    {
        if (changes.Count == 0)
            return;
        _begin.Run();
        try
        {
            foreach (StoreChange change in changes)
                Apply(change);
            _commit.Run();
        }
        catch
        {
            // Some errors have rolled back already.
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
                Execute("ROLLBACK");
            throw;
        }
    }

    public void Dispose()
    {
        _begin.Dispose();
        _put.Dispose();
        _delete.Dispose();
        _commit.Dispose();
        _json.Dispose();
        _connection.Dispose();
        _seal?.Dispose();
    }

    private void Apply(StoreChange change)
    {
        switch (change)
        {
            case StoreChange.Put { Record: var record }:
                string kind = record.GetType().Name;
                _put.Bind(1, kind).Bind(2, record.Id).Bind(3, record.IsSecret ? Sealed(record, kind) : Json(record)).Run();
                break;
            case StoreChange.Delete delete:
                _delete.Bind(1, delete.Kind.Name).Bind(2, delete.Id).Run();
                break;
        }
    }

    private ReadOnlySpan<byte> Json(DurableRecord record)
    {
        _body.ResetWrittenCount();
        _json.Reset();
        JsonSerializer.Serialize(_json, record, RecordJson.Default.GetTypeInfo(record.GetType())!);
        return _body.WrittenSpan;
    }

    // Apart from the others: what is secret stays in no buffer.
    private ReadOnlySpan<byte> Sealed(DurableRecord record, string kind)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(record, RecordJson.Default.GetTypeInfo(record.GetType())!);
        return Encoding.UTF8.GetBytes(Seal(kind, record.Id, json));
    }

    private string Seal(string kind, string id, byte[] plaintext)
    {
        if (_seal is null)
            throw new InvalidOperationException($"A {kind} holds keys, and the store has no key to encrypt it with.");
        string body = SealedPrefix + Convert.ToBase64String(_seal.Seal(kind, id, plaintext));
        CryptographicOperations.ZeroMemory(plaintext);
        return body;
    }

    private byte[]? Open(string kind, string id, string body)
    {
        if (_seal is null || !body.StartsWith(SealedPrefix, StringComparison.Ordinal))
            return null;
        byte[] value = new byte[body.Length];
        return Convert.TryFromBase64Chars(body.AsSpan(SealedPrefix.Length), value, out int length)
            && _seal.TryOpen(kind, id, value.AsSpan(0, length), out byte[] plaintext) ? plaintext : null;
    }

    // Found at start, not when the first key is read or, worse, written.
    private void CheckSeal(string path)
    {
        const string kind = nameof(StoreSeal);
        using SqliteCommand read = Prepare("SELECT body FROM record WHERE kind = $kind AND id = $id", "$kind", "$id");
        read.Parameters[0].Value = kind;
        read.Parameters[1].Value = SealCheckId;
        if (read.ExecuteScalar() is not string body)
        {
            if (_seal is not null)
                _put.Bind(1, kind).Bind(2, SealCheckId).Bind(3, Seal(kind, SealCheckId, [])).Run();
            return;
        }
        if (_seal is null)
            throw new ConfigurationException($"{path}: the keys in it are encrypted; set store-key in the configuration or {StoreSeal.EnvironmentVariable} to its store key.");
        if (Open(kind, SealCheckId, body) is null)
            throw new ConfigurationException($"{path}: was encrypted under another store key than the configured one; restore that key, or use another store: its group keys and clients' keys are made anew.");
    }

    private List<T> Read<T>(JsonTypeInfo<T> type, bool areSealed = false)
    {
        using SqliteCommand command = Prepare("SELECT id, body FROM record WHERE kind = $kind ORDER BY id", "$kind");
        command.Parameters[0].Value = typeof(T).Name;
        using SqliteDataReader reader = command.ExecuteReader();
        var records = new List<T>();
        while (reader.Read())
            records.Add(Parse(reader.GetString(0), reader.GetString(1), type, areSealed));
        return records;
    }

    private T Parse<T>(string id, string body, JsonTypeInfo<T> type, bool isSealed)
    {
        byte[]? json = isSealed ? Open(typeof(T).Name, id, body) : Encoding.UTF8.GetBytes(body);
        try
        {
            return (json is null ? default : JsonSerializer.Deserialize(json, type)) ?? throw new JsonException(json is null ? "it was changed or moved" : "null");
        }
        catch (JsonException e)
        {
            throw new ConfigurationException(
                $"{_connection.DataSource}: the {typeof(T).Name} {id} cannot be read ({e.Message.TrimEnd('.')}); restore the store from a backup, or remove that row of the table record.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes a constant
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (string parameter in parameters)
            command.Parameters.Add(parameter, SqliteType.Text);
        return command;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = Prepare(sql);
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql)
    {
        using SqliteCommand command = Prepare(sql);
        return command.ExecuteScalar();
    }
}
